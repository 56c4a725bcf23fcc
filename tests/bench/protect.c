/* What protecting one packet costs: nanoseconds of one core, for each profile and size, with one
 * peer's keys (warm caches) and with a crowd's (as the fan-out meets them); and what a peer costs
 * beside it: its setting up, its reports both ways, its memory. Run the release build; one program
 * for each backend: bench_protect_openssl, bench_protect_ipsec_mb. */
#include "base/time.h"
#include "transport/srtp.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEADER_BYTES 12
#define BATCH        64
#define ROOM         2048
#define CROWD        1000
#define MEASURE      DM_MSEC(400)
#define REPORTS      50 /* of each peer */
#define REPORT_BYTES 60 /* a receiver report with a name */

static uint8_t room[BATCH][ROOM];

/* Of this thread, so that others on the machine count less. */
static dm_usec cpu_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return DM_SEC(time.tv_sec) + time.tv_nsec / 1000;
}

static void fail(const char *what)
{
	fprintf(stderr, "protect: %s failed\n", what);
	exit(1);
}

static void fill_jobs(struct dm_protect_job *jobs, struct dm_protector **protectors, size_t peers,
		      uint32_t bytes, size_t *next)
{
	for (size_t i = 0; i < BATCH; i++) {
		const size_t n = (*next)++;
		uint8_t *packet = room[i];

		packet[0] = 0x80;
		packet[2] = (uint8_t)(n >> 8);
		packet[3] = (uint8_t)n;
		jobs[i] = (struct dm_protect_job){
			.protector = protectors[n % peers],
			.packet = packet,
			.bytes = bytes,
			.header_bytes = HEADER_BYTES,
			.rollover = (uint32_t)(n >> 16),
		};
	}
}

static double measure(struct dm_protect_engine *engine, struct dm_protector **protectors,
		      size_t peers, uint32_t bytes)
{
	struct dm_protect_job jobs[BATCH];
	size_t next = 0;
	const dm_usec begin = cpu_time();
	dm_usec end = begin;

	while (end - begin < MEASURE) {
		for (int i = 0; i < 100; i++) {
			fill_jobs(jobs, protectors, peers, bytes, &next);
			dm_protect_batch(engine, jobs, BATCH);
		}
		end = cpu_time();
	}
	return 1000.0 * (double)(end - begin) / (double)next;
}

/* Reports of a crowd, there and back: nobody's keys are warm. */
static void measure_reports(const char *name, struct dm_protector **protectors,
			    struct dm_unprotector **unprotectors)
{
	dm_usec sealing = 0, opening = 0;

	for (int round = 0; round < REPORTS; round++) {
		static uint8_t reports[CROWD][REPORT_BYTES + DM_SRTCP_TRAILER_MAX];
		size_t bytes[CROWD];
		const dm_usec begin = cpu_time();

		for (size_t i = 0; i < CROWD; i++) {
			reports[i][0] = 0x81;
			reports[i][1] = 201;
			bytes[i] = (size_t)dm_protect_rtcp(protectors[i], reports[i], REPORT_BYTES,
							   sizeof(reports[i]));
		}

		const dm_usec sealed = cpu_time();

		for (size_t i = 0; i < CROWD; i++) {
			if (dm_unprotect_rtcp(unprotectors[i], reports[i], &bytes[i]) !=
			    DM_UNPROTECT_OK)
				fail("unprotecting");
		}
		sealing += sealed - begin;
		opening += cpu_time() - sealed;
	}
	printf("%-16s report: protect %6.1f ns, unprotect %6.1f ns\n", name,
	       1000.0 * (double)sealing / (REPORTS * CROWD),
	       1000.0 * (double)opening / (REPORTS * CROWD));
}

static size_t heap_bytes(void)
{
	return mallinfo2().uordblks;
}

static void run(struct dm_protect_engine *engine, enum dm_srtp_profile profile, const char *name)
{
	static const uint32_t sizes[] = { 92, 1112 };
	static struct dm_protector *protectors[CROWD];
	static struct dm_unprotector *unprotectors[CROWD];
	struct dm_srtp_keys keys = { .profile = profile };
	size_t heap = heap_bytes();
	dm_usec begin = cpu_time();

	for (size_t i = 0; i < CROWD; i++) {
		memcpy(keys.local_key, &i, sizeof(i));
		if (dm_protector_create(&protectors[i], &keys) != 0)
			fail("create");
	}
	printf("%-16s create protector %6.1f us, %zu bytes", name,
	       (double)(cpu_time() - begin) / CROWD, (heap_bytes() - heap) / CROWD);
	/* All alive at once: how a library keeps them may make each dearer. */
	heap = heap_bytes();
	begin = cpu_time();
	for (size_t i = 0; i < CROWD; i++) {
		memcpy(keys.remote_key, &i, sizeof(i));
		if (dm_unprotector_create(&unprotectors[i], &keys) != 0)
			fail("create");
	}
	printf("; unprotector %6.1f us", (double)(cpu_time() - begin) / CROWD);
	printf(", %zu bytes\n", (heap_bytes() - heap) / CROWD);
	measure_reports(name, protectors, unprotectors);
	begin = cpu_time();
	for (size_t i = 0; i < CROWD; i++)
		dm_unprotector_destroy(unprotectors[i]);
	printf("%-16s destroy unprotector %.1f us\n", name, (double)(cpu_time() - begin) / CROWD);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		printf("%-16s %5u bytes: %6.1f ns one peer, %6.1f ns %d peers\n", name, sizes[i],
		       measure(engine, protectors, 1, sizes[i]),
		       measure(engine, protectors, CROWD, sizes[i]), CROWD);
	for (size_t i = 0; i < CROWD; i++)
		dm_protector_destroy(protectors[i]);
}

int main(void)
{
	struct dm_protect_engine *engine;
	const dm_usec begin = cpu_time();

	if (dm_protect_engine_create(&engine) != 0)
		fail("engine");
	printf("create engine %lld us\n", (long long)(cpu_time() - begin));
	run(engine, DM_SRTP_AEAD_AES_128_GCM, "AES_128_GCM");
	run(engine, DM_SRTP_AES128_CM_SHA1_80, "AES128_CM_SHA1");
	if (dm_protect_engine_failed(engine) > 0)
		fail("protecting");
	dm_protect_engine_destroy(engine);
	return 0;
}
