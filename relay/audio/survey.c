#include "audio/survey.h"
#include "audio/channel_watch.h"
#include "audio/line_up_probe.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY DM_MSEC(100) /* as meters are shown */

/* Comparing costs most, and what it finds holds for seconds: each channel is compared once in so
 * many looks, a few at each. Choice: 3 s. */
#define COMPARE_EVERY 30

/* How much later than its floor a channel may have the floor's sound in it, by way of a booth's
 * loudspeaker and microphone, or of a relay; and how much apart two channels may be that get the
 * same sound. Choices. */
#define FLOOR_DELAY DM_SEC(2)
#define TWIN_DELAY  DM_MSEC(200)

#define SURVEY_NICE 10 /* whatever else there is to do goes before it */

struct dm_survey {
	struct dm_channel_watch **channels;  /* owned array of owned ones */
	struct dm_channel_comparison *found; /* owned array, likewise by channel */
	struct dm_line_up_probe **probes;    /* owned array of owned ones; NULL: is no engine */
	size_t count;
	uint64_t looks;
	struct dm_metrics *metrics; /* borrowed, nullable */
	struct dm_metric busy;      /* microseconds */
	struct dm_metric missed;    /* ticks */
	pthread_t thread;
	bool has_thread;
	_Atomic bool stopping;
};

static const struct dm_channel_comparison nothing = {
	.floor_likeness = NAN,
	.twin_likeness = NAN,
	.twin = -1,
};

/* --- life --- */

static int add_metrics(struct dm_survey *survey)
{
	int error;

	if (!survey->metrics)
		return 0;
	error = dm_metrics_add(survey->metrics, DM_METRIC_COUNTER,
			       "dragoman_survey_busy_seconds_total",
			       "Time that listening to all channels and microphones took.", "",
			       &survey->busy, 1000000);
	if (error)
		return error;
	return dm_metrics_add(survey->metrics, DM_METRIC_COUNTER,
			      "dragoman_survey_missed_ticks_total",
			      "Ticks of sound, 20 ms each, that were not listened to in time.", "",
			      &survey->missed, 1);
}

static int add_channel(struct dm_survey *survey, const struct dm_ticker *ticker, size_t n)
{
	const struct dm_strip *strip = dm_ticker_strip(ticker, (int)n);
	const int error = dm_channel_watch_create(&survey->channels[n], strip);

	survey->found[n] = nothing;
	if (error || !dm_ticker_is_engine(ticker, (int)n) || !dm_strip_track(strip))
		return error;
	return dm_line_up_probe_create(&survey->probes[n],
				       &(struct dm_line_up_probe_options){
					       .track = dm_strip_track(strip),
					       .channel = (uint8_t)n,
					       .delay = dm_strip_delay(strip),
					       .origin = dm_ticker_time(ticker, 0),
				       });
}

static int watch_channels(struct dm_survey *survey, struct dm_ticker *ticker)
{
	const size_t count = dm_ticker_count(ticker);
	int error = dm_ticker_listen(ticker);

	survey->channels = calloc(count > 0 ? count : 1, sizeof(*survey->channels));
	survey->found = calloc(count > 0 ? count : 1, sizeof(*survey->found));
	survey->probes = calloc(count > 0 ? count : 1, sizeof(struct dm_line_up_probe *));
	if (!survey->channels || !survey->found || !survey->probes)
		return -ENOMEM;
	for (size_t n = 0; n < count && !error; n++) {
		error = add_channel(survey, ticker, n);
		survey->count = n + 1;
	}
	return error;
}

int dm_survey_prepare(struct dm_survey **out, struct dm_ticker *ticker, struct dm_metrics *metrics)
{
	struct dm_survey *survey = calloc(1, sizeof(*survey));

	*out = NULL;
	if (!survey)
		return -ENOMEM;
	survey->metrics = metrics;

	int error = watch_channels(survey, ticker);

	if (!error)
		error = add_metrics(survey);
	if (error) {
		dm_survey_destroy(survey);
		return error;
	}
	*out = survey;
	return 0;
}

void dm_survey_destroy(struct dm_survey *survey)
{
	if (!survey)
		return;
	if (survey->has_thread) {
		atomic_store(&survey->stopping, true);
		pthread_join(survey->thread, NULL);
	}
	if (survey->metrics)
		dm_metrics_remove(survey->metrics, survey, sizeof(*survey));
	for (size_t n = 0; n < survey->count; n++)
		dm_channel_watch_destroy(survey->channels[n]);
	for (size_t n = 0; n < survey->count; n++)
		dm_line_up_probe_destroy(survey->probes[n]);
	free(survey->probes);
	free(survey->found);
	free(survey->channels);
	free(survey);
}

/* --- comparing --- */

static double likeness(const struct dm_survey *survey, size_t first, size_t later, dm_usec most)
{
	return dm_fingerprint_likeness(dm_channel_watch_fingerprint(survey->channels[first]),
				       dm_channel_watch_fingerprint(survey->channels[later]), most,
				       NULL);
}

static void find_twin(const struct dm_survey *survey, size_t channel,
		      struct dm_channel_comparison *found)
{
	const int floor = dm_channel_watch_floor(survey->channels[channel]);

	for (size_t n = 0; n < survey->count; n++) {
		const struct dm_channel_watch *other = survey->channels[n];

		if (n == channel || dm_channel_watch_floor(other) != floor ||
		    !dm_channel_watch_speaks(other))
			continue;

		const double alike = fmax(likeness(survey, channel, n, TWIN_DELAY),
					  likeness(survey, n, channel, TWIN_DELAY));

		if (isnan(alike) || (found->twin >= 0 && alike <= found->twin_likeness))
			continue;
		found->twin = (int)n;
		found->twin_likeness = alike;
	}
}

static void compare(struct dm_survey *survey, size_t channel)
{
	const struct dm_channel_watch *watch = survey->channels[channel];
	const int floor = dm_channel_watch_floor(watch);
	struct dm_channel_comparison found = nothing;

	found.repeats = dm_fingerprint_repeats(dm_channel_watch_fingerprint(watch), NULL);
	if (floor >= 0) {
		found.floor_likeness = likeness(survey, (size_t)floor, channel, FLOOR_DELAY);
		find_twin(survey, channel, &found);
	}
	survey->found[channel] = found;
}

void dm_survey_look(struct dm_survey *survey)
{
	const uint64_t turn = survey->looks++ % COMPARE_EVERY;

	for (size_t n = 0; n < survey->count; n++)
		dm_metric_add(&survey->missed,
			      (int64_t)dm_channel_watch_listen(survey->channels[n]));
	for (size_t n = 0; n < survey->count; n++) {
		if (!dm_channel_watch_speaks(survey->channels[n]))
			survey->found[n] = nothing;
		else if (n % COMPARE_EVERY == turn)
			compare(survey, n);
		dm_channel_watch_tell(survey->channels[n], &survey->found[n]);
		if (survey->probes[n])
			dm_line_up_probe_listen(survey->probes[n]);
	}
}

/* --- the thread --- */

static void sleep_until(dm_usec at)
{
	const struct timespec until = {
		.tv_sec = at / DM_SEC(1),
		.tv_nsec = at % DM_SEC(1) * 1000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static dm_usec cpu_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return DM_SEC(time.tv_sec) + time.tv_nsec / 1000;
}

static void *run(void *user)
{
	struct dm_survey *survey = user;
	dm_usec due = dm_time_now();

	pthread_setname_np(pthread_self(), "dm-survey");
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), SURVEY_NICE);
	while (!atomic_load(&survey->stopping)) {
		const dm_usec before = cpu_now();

		dm_survey_look(survey);
		dm_metric_add(&survey->busy, cpu_now() - before);
		due += LOOK_EVERY;
		/* Too late for it already: the taps still have what was missed. */
		if (due < dm_time_now())
			due = dm_time_now();
		sleep_until(due);
	}
	return NULL;
}

int dm_survey_create(struct dm_survey **out, struct dm_ticker *ticker, struct dm_metrics *metrics)
{
	const int error = dm_survey_prepare(out, ticker, metrics);

	if (error)
		return error;
	if (pthread_create(&(*out)->thread, NULL, run, *out) != 0) {
		dm_survey_destroy(*out);
		*out = NULL;
		return -EAGAIN;
	}
	(*out)->has_thread = true;
	return 0;
}

/* --- asking --- */

void dm_survey_channel(const struct dm_survey *survey, int channel,
		       struct dm_surveyed_channel *sound)
{
	if (channel >= 0 && channel < (int)survey->count)
		dm_channel_watch_read(survey->channels[channel], sound);
	else
		dm_surveyed_channel_unknown(sound);
}

void dm_survey_microphone(const struct dm_survey *survey, int channel, uint8_t microphone,
			  struct dm_surveyed_microphone *sound)
{
	if (channel >= 0 && channel < (int)survey->count && microphone < DM_ENGINE_MICROPHONES)
		dm_channel_watch_read_microphone(survey->channels[channel], microphone, sound);
	else
		dm_surveyed_microphone_unknown(sound);
}

void dm_survey_reset(struct dm_survey *survey, int channel)
{
	if (channel >= 0 && channel < (int)survey->count)
		dm_channel_watch_renew(survey->channels[channel]);
}

/* NULL: it has none. */
static struct dm_line_up_probe *probe_of(const struct dm_survey *survey, int channel)
{
	return channel >= 0 && channel < (int)survey->count ? survey->probes[channel] : NULL;
}

void dm_survey_line_up(struct dm_survey *survey, int channel, int64_t from)
{
	struct dm_line_up_probe *probe = probe_of(survey, channel);

	if (probe)
		dm_line_up_probe_begin(probe, from);
}

void dm_survey_line_up_report(const struct dm_survey *survey, int channel, int64_t from,
			      struct dm_line_up_report *report)
{
	const struct dm_line_up_probe *probe = probe_of(survey, channel);

	if (!probe || !dm_line_up_probe_report(probe, from, report))
		dm_line_up_report_pending(report);
}
