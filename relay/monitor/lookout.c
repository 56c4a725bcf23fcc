#include "monitor/lookout.h"

#include "base/doorbell.h"
#include "base/log.h"
#include "monitor/expiry.h"

#include <errno.h>
#include <glib.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#define PARTING_S 1 /* choice: what an orderly end may cost */

/* Whoever of the two goes last frees it: the thread may hang in the disk for longer than the relay
 * lives. */
struct dm_lookout {
	char *certificate; /* owned, nullable */
	char *directory;   /* owned, nullable */
	struct dm_doorbell doorbell;
	pthread_t thread;
	_Atomic bool stopping;
	_Atomic int holders;
	_Atomic int64_t end;       /* of the chain, seconds since 1970; 0: not known */
	_Atomic int64_t looked_at; /* dm_usec, of the disk's latest answer; 0: none */
	_Atomic double free;
};

static void let_go(struct dm_lookout *lookout)
{
	if (atomic_fetch_sub(&lookout->holders, 1) > 1)
		return;
	dm_doorbell_finish(&lookout->doorbell);
	g_free(lookout->certificate);
	g_free(lookout->directory);
	free(lookout);
}

/* --- the thread --- */

static void look_at_certificate(struct dm_lookout *lookout)
{
	const int64_t before = atomic_load(&lookout->end);
	char *pem = NULL;
	gsize bytes = 0;
	int64_t end = 0;

	if (g_file_get_contents(lookout->certificate, &pem, &bytes, NULL)) {
		if (dm_expiry_of_chain(pem, bytes, &end) < 0)
			end = 0;
		explicit_bzero(pem, bytes); /* the key may be in the same file */
		g_free(pem);
	}
	if (end == 0 && before != 0)
		dm_log(DM_LOG_WARN, "certificate.unreadable", "file=%s", lookout->certificate);
	atomic_store(&lookout->end, end);
}

/* As df(1) does: of what all but root may use. */
static void look_at_disk(struct dm_lookout *lookout)
{
	struct statvfs disk;

	if (statvfs(lookout->directory, &disk) != 0 || disk.f_blocks == 0)
		return;

	const double used = (double)(disk.f_blocks - disk.f_bfree);
	const double left = (double)disk.f_bavail;

	atomic_store(&lookout->free, used + left > 0 ? left / (used + left) : 0);
	atomic_store(&lookout->looked_at, dm_time_now());
}

static void *run(void *argument)
{
	struct dm_lookout *lookout = argument;
	struct pollfd poller = { .fd = lookout->doorbell.fd, .events = POLLIN };

	while (!atomic_load(&lookout->stopping)) {
		if (lookout->certificate)
			look_at_certificate(lookout);
		if (lookout->directory)
			look_at_disk(lookout);
		if (poll(&poller, 1, (int)(DM_LOOKOUT_TURN / DM_MSEC(1))) == 1)
			dm_doorbell_answer(&lookout->doorbell);
	}
	let_go(lookout);
	return NULL;
}

/* --- life --- */

int dm_lookout_create(struct dm_lookout **out, const char *certificate, const char *directory)
{
	struct dm_lookout *lookout = calloc(1, sizeof(*lookout));

	*out = NULL;
	if (!lookout)
		return -ENOMEM;
	lookout->certificate = g_strdup(certificate);
	lookout->directory = g_strdup(directory);
	lookout->doorbell.fd = -1;
	atomic_init(&lookout->holders, 2);

	int error = dm_doorbell_init(&lookout->doorbell);

	if (!error)
		error = -pthread_create(&lookout->thread, NULL, run, lookout);
	if (error) {
		atomic_store(&lookout->holders, 1);
		let_go(lookout);
		return error;
	}
	pthread_setname_np(lookout->thread, "lookout");
	*out = lookout;
	return 0;
}

void dm_lookout_destroy(struct dm_lookout *lookout)
{
	struct timespec deadline;

	if (!lookout)
		return;
	atomic_store(&lookout->stopping, true);
	dm_doorbell_ring(&lookout->doorbell);
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += PARTING_S;
	if (pthread_timedjoin_np(lookout->thread, NULL, &deadline) != 0)
		pthread_detach(lookout->thread);
	let_go(lookout);
}

/* --- asking --- */

double dm_lookout_certificate_days(const struct dm_lookout *lookout, int64_t wall)
{
	const int64_t end = atomic_load(&lookout->end);

	return end ? (double)(end - wall) / 86400 : NAN;
}

double dm_lookout_disk_free(const struct dm_lookout *lookout, dm_usec now)
{
	const dm_usec looked_at = atomic_load(&lookout->looked_at);

	return looked_at && now - looked_at <= 3 * DM_LOOKOUT_TURN ? atomic_load(&lookout->free)
								   : NAN;
}
