#include "fake_ticker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

struct fake_ticker fake_ticker;

int dm_ticker_add(struct dm_ticker *ticker, const struct dm_ticker_channel *options)
{
	struct fake_channel *channel = &fake_ticker.channels[fake_ticker.count];

	(void)ticker;
	assert_true(fake_ticker.count < FAKE_CHANNELS);
	*channel = (struct fake_channel){
		.track = options->track,
		.inlet = options->inlet,
		.intake = options->intake,
		.is_engine = options->engine != NULL,
		.floor = options->floor,
		.other = -1,
		.line_up = -1,
		.checked = -1,
		.level = { .on_air = DM_ENGINE_VOICES },
	};
	dm_line_up_report_pending(&channel->report);
	if (options->engine)
		channel->engine = *options->engine;
	return fake_ticker.count++;
}

int dm_ticker_set(struct dm_ticker *ticker, int channel, const struct dm_engine_state *state)
{
	(void)ticker;
	assert_in_range(channel, 0, fake_ticker.count - 1);
	assert_true(fake_ticker.channels[channel].is_engine);
	if (fake_ticker.error)
		return fake_ticker.error;
	fake_ticker.channels[channel].state = *state;
	fake_ticker.channels[channel].told++;
	return 0;
}

int dm_ticker_set_other(struct dm_ticker *ticker, int channel, int other)
{
	(void)ticker;
	fake_ticker.channels[channel].other = other;
	return 0;
}

int64_t dm_ticker_next(const struct dm_ticker *ticker, dm_usec now)
{
	(void)ticker;
	return now / DM_MSEC(20) + 1;
}

int dm_ticker_line_up(struct dm_ticker *ticker, int channel, int64_t from)
{
	(void)ticker;
	assert_in_range(channel, 0, fake_ticker.count - 1);
	assert_true(fake_ticker.channels[channel].is_engine);
	if (fake_ticker.error)
		return fake_ticker.error;
	fake_ticker.channels[channel].line_up = from;
	return 0;
}

void dm_survey_line_up(struct dm_survey *survey, int channel, int64_t from)
{
	(void)survey;
	assert_in_range(channel, 0, fake_ticker.count - 1);
	fake_ticker.channels[channel].checked = from;
	dm_line_up_report_pending(&fake_ticker.channels[channel].report);
}

void dm_survey_line_up_report(const struct dm_survey *survey, int channel, int64_t from,
			      struct dm_line_up_report *report)
{
	(void)survey;
	dm_line_up_report_pending(report);
	if (fake_ticker.channels[channel].checked == from)
		*report = fake_ticker.channels[channel].report;
}

/* An intake has one reader: whoever connects it twice fails the test. */
static void assert_unread(const struct dm_intake *intake)
{
	for (int c = 0; c < fake_ticker.count && intake; c++) {
		for (size_t n = 0; n < DM_ENGINE_MICROPHONES; n++)
			assert_ptr_not_equal(fake_ticker.channels[c].microphones[n], intake);
	}
	for (int n = 0; n < fake_ticker.ear_count && intake; n++)
		assert_ptr_not_equal(fake_ticker.ears[n].own, intake);
}

int dm_ticker_add_ear(struct dm_ticker *ticker, const struct dm_ticker_ear *options)
{
	(void)ticker;
	assert_true(fake_ticker.ear_count < FAKE_EARS);
	fake_ticker.ears[fake_ticker.ear_count] = (struct fake_ear){
		.track = options->track,
		.channel = -1,
	};
	return fake_ticker.ear_count++;
}

int dm_ticker_point_ear(struct dm_ticker *ticker, int ear, int channel, uint8_t microphone)
{
	(void)ticker;
	if (fake_ticker.error)
		return fake_ticker.error;
	assert_in_range(ear, 0, fake_ticker.ear_count - 1);
	fake_ticker.ears[ear].channel = channel;
	fake_ticker.ears[ear].microphone = microphone;
	return 0;
}

int dm_ticker_connect_ear(struct dm_ticker *ticker, int ear, struct dm_intake *intake)
{
	(void)ticker;
	if (fake_ticker.error)
		return fake_ticker.error;
	assert_in_range(ear, 0, fake_ticker.ear_count - 1);
	assert_unread(intake);
	fake_ticker.ears[ear].own = intake;
	return 0;
}

int dm_ticker_connect(struct dm_ticker *ticker, int channel, uint8_t microphone,
		      struct dm_intake *intake)
{
	(void)ticker;
	if (fake_ticker.error)
		return fake_ticker.error;
	assert_unread(intake);
	fake_ticker.channels[channel].microphones[microphone] = intake;
	return 0;
}

void dm_ticker_answer(struct dm_ticker *ticker)
{
	(void)ticker;
}

bool dm_ticker_take_event(struct dm_ticker *ticker, struct dm_ticker_event *event)
{
	(void)ticker;
	if (fake_ticker.event_count == 0)
		return false;
	*event = fake_ticker.events[0];
	memmove(fake_ticker.events, fake_ticker.events + 1,
		--fake_ticker.event_count * sizeof(*event));
	return true;
}

void dm_ticker_level(const struct dm_ticker *ticker, int channel, struct dm_ticker_level *level)
{
	(void)ticker;
	*level = fake_ticker.channels[channel].level;
}

void fake_ticker_happen(int channel, enum dm_engine_event_type type, uint8_t voice, dm_usec at)
{
	assert_true(fake_ticker.event_count < FAKE_EVENTS);
	fake_ticker.events[fake_ticker.event_count++] = (struct dm_ticker_event){
		.channel = channel,
		.engine = { .type = type, .voice = voice, .at = at },
	};
}

void dm_ticker_microphone_stats(const struct dm_ticker *ticker, int channel, uint8_t microphone,
				struct dm_microphone_stats *stats)
{
	(void)ticker;
	(void)channel;
	(void)microphone;
	memset(stats, 0, sizeof(*stats));
}
