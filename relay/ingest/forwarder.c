#include "ingest/forwarder.h"
#include "base/doorbell.h"
#include "base/log.h"
#include "ingest/forward_socket.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define FORWARDER_NICE (-10)     /* as the ticker: before decoding and encoding */
#define OPEN_AGAIN     DM_SEC(1) /* after a port could not be had; choice */
#define EVENTS_MAX     16

/* Batches read from one port before the others have their turn. Choice. */
#define BATCHES_AT_ONCE 4

/* Where packets come from: a UDP port, or one medium of a publisher. */
struct port {
	struct entry *entry; /* borrowed */
	unsigned which;      /* enum dm_forward_port, or with an intake enum dm_forward_medium */
	int fd;              /* owned, but for an intake's; -1: not open */
	struct dm_intake *intake; /* owned reference; NULL: UDP */
};

_Static_assert((int)DM_FORWARD_PORTS == (int)DM_FORWARD_MEDIA, "an entry has as many of each");

struct entry {
	struct dm_source_uri uri;
	const char *name;                 /* borrowed */
	struct dm_forward_source *source; /* owned */
	struct port ports[DM_FORWARD_PORTS];
	struct dm_whip_inlet *inlet; /* borrowed; NULL: UDP */
	dm_usec open_at;
	struct dm_log_limit open_log;
};

struct dm_forwarder {
	const struct dm_audience *audience; /* borrowed */
	struct entry **entries;             /* owned */
	size_t count;
	struct dm_forward_batch *batch; /* owned */
	int epoll;                      /* owned; -1 before start */
	struct dm_doorbell stop;        /* wakes the thread to end */
	bool has_stop;
	pthread_t thread;
	bool has_thread;
	_Atomic bool stopping;
};

int dm_forwarder_create(struct dm_forwarder **out, const struct dm_audience *audience)
{
	struct dm_forwarder *forwarder = calloc(1, sizeof(*forwarder));

	*out = forwarder;
	if (!forwarder)
		return -ENOMEM;
	forwarder->audience = audience;
	forwarder->epoll = -1;
	return 0;
}

static void destroy_entry(struct entry *entry)
{
	for (unsigned n = 0; n < DM_FORWARD_PORTS; n++) {
		const struct port *port = &entry->ports[n];

		if (port->fd >= 0 && !port->intake)
			close(port->fd);
		dm_intake_unref(port->intake);
	}
	dm_forward_source_destroy(entry->source);
	free(entry);
}

/* Room for one more; what is in it already stays. */
static int add_entry(struct dm_forwarder *forwarder, struct entry **out, const char *name)
{
	struct entry **grown = realloc(forwarder->entries,
				       (forwarder->count + 1) * sizeof(struct entry *));

	if (!grown)
		return -ENOMEM;
	forwarder->entries = grown;

	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	entry->name = name;
	entry->open_log = (struct dm_log_limit){ .burst = 1, .interval = DM_SEC(60) };
	for (unsigned n = 0; n < DM_FORWARD_PORTS; n++)
		entry->ports[n] = (struct port){ .entry = entry, .which = n, .fd = -1 };
	forwarder->entries[forwarder->count++] = entry;
	*out = entry;
	return 0;
}

int dm_forwarder_add(struct dm_forwarder *forwarder, const struct dm_source_uri *uri,
		     const struct dm_forward_source_options *options)
{
	struct dm_forward_source_options all = *options;
	struct entry *entry;
	const int error = add_entry(forwarder, &entry, options->name);

	if (error)
		return error;
	entry->uri = *uri;
	all.payload_types[DM_FORWARD_SOUND] = uri->opus_type;
	all.payload_types[DM_FORWARD_PICTURE] = uri->h264_type;
	return dm_forward_source_create(&entry->source, &all);
}

int dm_forwarder_add_publisher(struct dm_forwarder *forwarder,
			       const struct dm_forward_intakes *intakes,
			       const struct dm_forward_source_options *options)
{
	struct dm_forward_source_options all = *options;
	struct entry *entry;
	const int error = add_entry(forwarder, &entry, options->name);

	if (error)
		return error;
	entry->inlet = intakes->inlet;
	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++) {
		struct dm_intake *intake = intakes->media[n];

		/* Each session has payload types of its own; here they only tell media apart. */
		all.payload_types[n] = intake ? (uint8_t)(n + 1) : 0;
		if (intake)
			entry->ports[n].intake = dm_intake_ref(intake);
	}
	return dm_forward_source_create(&entry->source, &all);
}

/* --- ports --- */

static int open_port(const struct dm_forwarder *forwarder, struct port *port)
{
	const struct dm_source_uri *uri = &port->entry->uri;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = port };
	const int fd = dm_forward_socket_open(uri->host, (uint16_t)(uri->port + port->which),
					      uri->iface);

	if (fd < 0)
		return fd;
	if (epoll_ctl(forwarder->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		const int error = -errno;

		close(fd);
		return error;
	}
	port->fd = fd;
	return 0;
}

static void open_rtp(const struct dm_forwarder *forwarder, struct entry *entry, dm_usec now)
{
	uint64_t suppressed;
	const int error = open_port(forwarder, &entry->ports[DM_FORWARD_PORT_RTP]);

	if (!error) {
		dm_log(DM_LOG_INFO, "ingest.forward_listening", "feed=%s source=%s", entry->name,
		       entry->uri.label);
		return;
	}
	entry->open_at = now + OPEN_AGAIN;
	if (dm_log_allow(&entry->open_log, now, &suppressed))
		dm_log(DM_LOG_ERROR, "ingest.forward_no_port",
		       "feed=%s source=%s why=%s suppressed=%llu", entry->name, entry->uri.label,
		       strerror(-error), (unsigned long long)suppressed);
}

/* The port beside it is for senders that keep RTCP apart; without it reports still come on the
 * first. Another source's own port goes before this. */
static void open_rtcp(const struct dm_forwarder *forwarder, struct entry *entry)
{
	const int error = entry->uri.port < UINT16_MAX
				  ? open_port(forwarder, &entry->ports[DM_FORWARD_PORT_RTCP])
				  : 0;

	if (error)
		dm_log(DM_LOG_WARN, "ingest.forward_no_rtcp_port", "feed=%s port=%u why=%s",
		       entry->name, entry->uri.port + 1U, strerror(-error));
}

static void open_missing(const struct dm_forwarder *forwarder, dm_usec now)
{
	for (size_t n = 0; n < forwarder->count; n++) {
		struct entry *entry = forwarder->entries[n];

		if (!entry->inlet && entry->ports[DM_FORWARD_PORT_RTP].fd < 0 &&
		    now >= entry->open_at)
			open_rtp(forwarder, entry, now);
	}
}

static int watch_intakes(const struct dm_forwarder *forwarder, struct entry *entry)
{
	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++) {
		struct port *port = &entry->ports[n];
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = port };

		if (!port->intake)
			continue;
		port->fd = dm_intake_fd(port->intake);
		if (epoll_ctl(forwarder->epoll, EPOLL_CTL_ADD, port->fd, &event) != 0)
			return -errno;
	}
	return 0;
}

/* --- the loop --- */

static unsigned read_port(const struct dm_forwarder *forwarder, const struct port *port)
{
	unsigned published = 0;
	size_t count = DM_FORWARD_BATCH;

	for (unsigned n = 0; n < BATCHES_AT_ONCE && count == DM_FORWARD_BATCH; n++) {
		count = dm_forward_batch_read(forwarder->batch, port->fd);

		const dm_usec now = dm_time_now(); /* of arrival: just read */

		for (size_t i = 0; i < count; i++) {
			struct dm_forward_address from;
			size_t bytes;
			const uint8_t *data = dm_forward_batch_datagram(forwarder->batch, i, &bytes,
									&from);

			published += dm_forward_source_take(port->entry->source, &from,
							    (enum dm_forward_port)port->which, data,
							    bytes, now);
		}
	}
	return published;
}

static void take_reports(const struct port *port)
{
	struct dm_intake_report report;

	while (dm_intake_take_report(port->intake, &report)) {
		dm_forward_source_report(port->entry->source, report.ssrc, report.ntp,
					 report.timestamp);
		dm_whip_inlet_put_report(port->entry->inlet, (enum dm_forward_medium)port->which,
					 &report);
	}
}

static unsigned read_intake(const struct port *port)
{
	const enum dm_forward_medium medium = (enum dm_forward_medium)port->which;
	const struct entry *entry = port->entry;
	struct dm_intake_packet packet;
	unsigned published = 0;

	dm_intake_answer(port->intake);
	while (dm_intake_take(port->intake, &packet)) {
		const enum dm_codec codec = dm_intake_codec(port->intake);
		const struct dm_rtp_packet rtp = {
			.ssrc = packet.ssrc,
			.timestamp = packet.timestamp,
			.sequence = packet.sequence,
			.payload_type = packet.payload_type,
			.marker = packet.marker,
			.payload = packet.payload,
			.payload_bytes = packet.payload_bytes,
		};

		if (codec != DM_CODEC_VP8) /* which nobody is offered */
			published += dm_forward_source_packet(entry->source, medium, &rtp,
							      packet.arrived_at);
		dm_whip_inlet_put(entry->inlet, medium, codec, &packet);
	}
	take_reports(port);
	return published;
}

static void ask_publisher_for_key(const struct entry *entry, dm_usec now)
{
	struct dm_intake *picture = entry->ports[DM_FORWARD_PICTURE].intake;
	const bool decoder = dm_whip_inlet_take_key_wish(entry->inlet);

	if (picture && (dm_forward_source_take_key_wish(entry->source, now) || decoder))
		dm_intake_request_key(picture);
}

static void ask_for_key(const struct entry *entry, dm_usec now)
{
	uint8_t data[DM_FORWARD_FEEDBACK_MAX];
	enum dm_forward_port port;
	struct dm_forward_address to;
	const size_t bytes = dm_forward_source_feedback(entry->source, now, data, &port, &to);

	if (bytes > 0)
		dm_forward_socket_send(entry->ports[port].fd, &to, data, bytes);
}

static dm_usec turn(const struct dm_forwarder *forwarder, dm_usec now)
{
	dm_usec next = DM_USEC_NEVER;
	unsigned published = 0;

	for (size_t n = 0; n < forwarder->count; n++) {
		const struct entry *entry = forwarder->entries[n];

		published += dm_forward_source_turn(entry->source, now);
		if (entry->inlet)
			ask_publisher_for_key(entry, now);
		else
			ask_for_key(entry, now);

		const dm_usec deadline = dm_forward_source_deadline(entry->source, now);

		if (deadline < next)
			next = deadline;
	}
	if (published > 0)
		dm_audience_ring(forwarder->audience);
	return next;
}

/* Milliseconds for epoll_wait(2), rounded up: waking early would only be to wait again. */
static int wait_ms(dm_usec now, dm_usec until)
{
	return until <= now ? 0 : (int)((until - now + DM_MSEC(1) - 1) / DM_MSEC(1));
}

static void *run(void *user)
{
	struct dm_forwarder *forwarder = user;
	struct epoll_event events[EVENTS_MAX];
	dm_usec now = dm_time_now();

	pthread_setname_np(pthread_self(), "dm-forward");
	/* Without the right to it (CAP_SYS_NICE) it only has less protection. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), FORWARDER_NICE);
	while (!atomic_load(&forwarder->stopping)) {
		const dm_usec next = turn(forwarder, now);
		const int count = epoll_wait(forwarder->epoll, events, EVENTS_MAX,
					     wait_ms(dm_time_now(), next));
		unsigned published = 0;

		for (int n = 0; n < count; n++) {
			const struct port *port = events[n].data.ptr;

			if (port)
				published += port->intake ? read_intake(port)
							  : read_port(forwarder, port);
		}
		if (published > 0)
			dm_audience_ring(forwarder->audience);
		now = dm_time_now();
		open_missing(forwarder, now);
	}
	return NULL;
}

static int prepare(struct dm_forwarder *forwarder)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	int error = dm_forward_batch_create(&forwarder->batch);

	if (error)
		return error;
	forwarder->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (forwarder->epoll < 0)
		return -errno;
	error = dm_doorbell_init(&forwarder->stop);
	if (error)
		return error;
	forwarder->has_stop = true;
	return epoll_ctl(forwarder->epoll, EPOLL_CTL_ADD, forwarder->stop.fd, &event) == 0 ? 0
											   : -errno;
}

int dm_forwarder_start(struct dm_forwarder *forwarder)
{
	if (forwarder->count == 0)
		return 0;

	const int error = prepare(forwarder);

	if (error)
		return error;
	/* All sources' own ports first: the port beside one may be another's. */
	open_missing(forwarder, dm_time_now());
	for (size_t n = 0; n < forwarder->count; n++) {
		struct entry *entry = forwarder->entries[n];

		if (!entry->inlet)
			open_rtcp(forwarder, entry);
		else if (watch_intakes(forwarder, entry) != 0)
			return -EAGAIN;
	}
	if (pthread_create(&forwarder->thread, NULL, run, forwarder) != 0)
		return -EAGAIN;
	forwarder->has_thread = true;
	return 0;
}

void dm_forwarder_destroy(struct dm_forwarder *forwarder)
{
	if (!forwarder)
		return;
	if (forwarder->has_thread) {
		atomic_store(&forwarder->stopping, true);
		dm_doorbell_ring(&forwarder->stop);
		pthread_join(forwarder->thread, NULL);
	}
	for (size_t n = 0; n < forwarder->count; n++)
		destroy_entry(forwarder->entries[n]);
	free(forwarder->entries);
	if (forwarder->has_stop)
		dm_doorbell_finish(&forwarder->stop);
	if (forwarder->epoll >= 0)
		close(forwarder->epoll);
	dm_forward_batch_destroy(forwarder->batch);
	free(forwarder);
}
