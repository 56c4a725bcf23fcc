#include "relay_process.h"

#include "transport/transport.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#define OPUS         111
#define SOCKET_BYTES (4 << 20)

enum request_type { REQUEST_ADD, REQUEST_BIND, REQUEST_REMOVE };

struct request {
	enum request_type type;
	size_t token;
	dm_peer_id peer;
	unsigned channel;
	struct dm_peer_options options;
};

struct inside {
	struct dm_timeline timeline;
	struct dm_transport *transport;
	struct dm_track *channels[RELAY_CHANNELS];
	pthread_t publisher;
	_Atomic bool stop;
};

/* Sound each 20 ms, as the channels' encoders do. */
static void *run_publisher(void *user)
{
	static const uint8_t bytes[DM_TRACK_PAYLOAD_MAX];
	struct inside *inside = user;

	for (int64_t tick = 0; !atomic_load(&inside->stop); tick++) {
		const dm_usec at = inside->timeline.origin + RELAY_TICK * tick;
		const dm_usec wait = at - dm_time_now();

		if (wait > 0)
			usleep((useconds_t)wait);
		for (unsigned i = 0; i < RELAY_CHANNELS; i++) {
			const struct dm_track_payload payload = { bytes, RELAY_PAYLOAD_BYTES(i) };
			const struct dm_track_frame frame = { .payloads = &payload,
							      .payload_count = 1,
							      .captured_at = at,
							      .timestamp = dm_timeline_rtp(
								      &inside->timeline, at, 48000),
							      .key = true };

			(void)dm_track_publish(inside->channels[i], &frame, dm_time_now());
		}
		dm_audience_ring(dm_transport_audience(inside->transport));
	}
	return NULL;
}

static int begin(struct inside *inside, unsigned workers)
{
	const struct dm_transport_options options = { .address = "127.0.0.1",
						      .workers = (uint16_t)workers };
	const struct dm_track_options track = { .kind = DM_TRACK_AUDIO,
						.clock_rate_hz = 48000,
						.capacity_packets = 512 };
	int error;

	inside->timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	error = dm_transport_create(&inside->transport, &options, &inside->timeline, NULL);
	for (unsigned i = 0; i < RELAY_CHANNELS && !error; i++)
		error = dm_track_create(&inside->channels[i], &track);
	return error ? error : -pthread_create(&inside->publisher, NULL, run_publisher, inside);
}

static void serve(struct inside *inside, const struct request *request, int fd)
{
	struct relay_answer answer = { .token = request->token };

	switch (request->type) {
	case REQUEST_ADD:
		answer.error = dm_transport_add_peer(inside->transport, &request->options,
						     &answer.answer);
		if (!answer.error)
			answer.error = dm_transport_bind(inside->transport, answer.answer.id,
							 DM_MEDIA_AUDIO, inside->channels, 1);
		(void)send(fd, &answer, sizeof(answer), 0);
		return;
	case REQUEST_BIND:
		(void)dm_transport_bind(inside->transport, request->peer, DM_MEDIA_AUDIO,
					&inside->channels[request->channel], 1);
		return;
	case REQUEST_REMOVE:
		dm_transport_remove_peer(inside->transport, request->peer);
		return;
	}
}

/* The child, until its parent hangs up. */
static int live(const int sockets[RELAY_CLIENTS], unsigned workers)
{
	struct inside inside = { 0 };
	struct pollfd fds[RELAY_CLIENTS + 1];
	const int error = begin(&inside, workers);
	bool alive = true;

	if (error) {
		fprintf(stderr, "the relay cannot start: %s\n", strerror(-error));
		return 1;
	}
	for (int i = 0; i < RELAY_CLIENTS; i++)
		fds[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
	fds[RELAY_CLIENTS] = (struct pollfd){ .fd = dm_transport_fd(inside.transport),
					      .events = POLLIN };
	while (alive && poll(fds, RELAY_CLIENTS + 1, -1) >= 0) {
		struct request request;

		if (fds[RELAY_CLIENTS].revents)
			dm_transport_dispatch(inside.transport);
		for (int i = 0; i < RELAY_CLIENTS; i++) {
			if (!fds[i].revents)
				continue;
			alive = recv(fds[i].fd, &request, sizeof(request), 0) == sizeof(request);
			if (alive)
				serve(&inside, &request, fds[i].fd);
		}
	}
	atomic_store(&inside.stop, true);
	pthread_join(inside.publisher, NULL);
	dm_transport_destroy(inside.transport);
	for (unsigned i = 0; i < RELAY_CHANNELS; i++)
		dm_track_unref(inside.channels[i]);
	return 0;
}

int relay_process_start(struct relay_process clients[RELAY_CLIENTS], unsigned workers)
{
	const int room = SOCKET_BYTES;
	int theirs[RELAY_CLIENTS];

	for (int i = 0; i < RELAY_CLIENTS; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
			return -errno;
		for (int end = 0; end < 2; end++)
			(void)setsockopt(pair[end], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
		clients[i].fd = pair[0];
		theirs[i] = pair[1];
	}

	const pid_t pid = fork();

	if (pid < 0)
		return -errno;
	for (int i = 0; i < RELAY_CLIENTS; i++) {
		close(pid == 0 ? clients[i].fd : theirs[i]);
		clients[i].pid = pid;
	}
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(live(theirs, workers));
	}
	return 0;
}

void relay_process_stop(struct relay_process clients[RELAY_CLIENTS])
{
	for (int i = 0; i < RELAY_CLIENTS; i++)
		close(clients[i].fd);
	(void)waitpid(clients[0].pid, NULL, 0);
}

static int ask(struct relay_process *relay, const struct request *request)
{
	return send(relay->fd, request, sizeof(*request), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno
											   : 0;
}

int relay_process_add(struct relay_process *relay, size_t token, const char *ufrag,
		      const struct dm_fingerprint *fingerprint)
{
	struct request request = { .type = REQUEST_ADD, .token = token };

	snprintf(request.options.remote_ufrag, sizeof(request.options.remote_ufrag), "%s", ufrag);
	request.options.fingerprint = *fingerprint;
	request.options.streams[DM_MEDIA_AUDIO].wanted = true;
	request.options.streams[DM_MEDIA_AUDIO].payload_type = OPUS;
	return ask(relay, &request);
}

int relay_process_bind(struct relay_process *relay, dm_peer_id peer, unsigned channel)
{
	return ask(relay,
		   &(struct request){ .type = REQUEST_BIND, .peer = peer, .channel = channel });
}

int relay_process_remove(struct relay_process *relay, dm_peer_id peer)
{
	return ask(relay, &(struct request){ .type = REQUEST_REMOVE, .peer = peer });
}

bool relay_process_take(struct relay_process *relay, struct relay_answer *answer)
{
	return recv(relay->fd, answer, sizeof(*answer), MSG_DONTWAIT) == sizeof(*answer);
}

static long status_kb(pid_t pid, const char *field)
{
	char path[64], line[256];
	long value = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			value = strtol(line + strlen(field) + 1, NULL, 10);
	if (file)
		fclose(file);
	return value;
}

static long count_files(pid_t pid)
{
	char path[64];
	long count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *folder = opendir(path);

	for (const struct dirent *entry; folder && (entry = readdir(folder));)
		count += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return count;
}

static double cpu_seconds(pid_t pid)
{
	char path[64];
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");

	if (!file)
		return 0;
	/* Fields 14 and 15 (proc(5)); the name, field 2, has no blank here. */
	if (fscanf(file, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user,
		   &system) != 2)
		user = system = 0;
	fclose(file);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

struct relay_usage relay_process_usage(const struct relay_process *relay)
{
	return (struct relay_usage){ .rss_kb = status_kb(relay->pid, "RssAnon"),
				     .files = count_files(relay->pid),
				     .cpu_sec = cpu_seconds(relay->pid) };
}
