/* The line-up of a room whose ticker and survey only take notes. */
#include "hall.h"
#include "session/line_up.h"

static unsigned tellings;
static struct dm_line_up last; /* as it was when it was told */

static void note_line_up(void *user, struct dm_room *where)
{
	assert_ptr_equal(user, &tellings);
	assert_ptr_equal(where, room);
	last = *room->line_up;
	tellings++;
}

/* Told as who starts it tells it. */
static int start(void)
{
	const int error = dm_line_up_start(room);

	if (!error)
		note_line_up(&tellings, room);
	return error;
}

static void begin(enum dm_sitting sitting)
{
	tellings = 0;
	dm_event_set_survey(event, FAKE_SURVEY);
	dm_line_up_set_observer(event, note_line_up, &tellings);
	dm_agenda_say(&room->agenda, sitting, 0);
}

/* ES, whose source does not come, is sent too; AR is the floor. */
static const uint8_t all[] = { EN, FR, RU, ZH, ES };

#define ALL (sizeof(all) / sizeof(all[0]))

static void hear(uint8_t channel, size_t steps, enum dm_line_up_result result)
{
	struct dm_line_up_report *report = &fake_ticker.channels[room->channels[channel].number]
						    .report;

	for (size_t n = 0; n < steps; n++)
		report->results[n] = result;
	report->problem = result == DM_LINE_UP_FAIL ? DM_LINE_UP_NO_SIGNAL : DM_LINE_UP_NONE;
}

static void hear_all(size_t steps)
{
	for (size_t n = 0; n < ALL; n++)
		if (room->line_up->channels[all[n]].part == DM_LINE_UP_SENT)
			hear(all[n], steps, DM_LINE_UP_PASS);
}

static void assert_none_carries(void)
{
	for (size_t n = 0; n < ALL; n++) {
		assert_int_equal(engine(all[n])->line_up, -1);
		assert_int_equal(engine(all[n])->checked, -1);
	}
}

static void goes_through_its_steps(void **state)
{
	int64_t from;

	(void)state;
	begin(DM_SITTING_LINE_UP);
	assert_int_equal(start(), 0);
	assert_int_equal(tellings, 1);
	assert_int_equal(last.state, DM_LINE_UP_RUNNING);
	assert_int_equal(last.step, DM_LINE_UP_TONE);
	from = engine(EN)->line_up;
	assert_true(from > fake_now / DM_MSEC(20));
	for (size_t n = 0; n < ALL; n++) {
		assert_int_equal(engine(all[n])->line_up, from); /* in step */
		assert_int_equal(engine(all[n])->checked, from);
		assert_int_equal(last.channels[all[n]].part, DM_LINE_UP_SENT);
	}
	assert_int_equal(last.channels[FLOOR].part, DM_LINE_UP_ABSENT);
	assert_int_equal(last.channels[AR].part, DM_LINE_UP_ABSENT);
	assert_int_equal(dm_line_up_start(room), -EALREADY);

	/* A step is over when all have it behind them. */
	hear(EN, 1, DM_LINE_UP_PASS);
	wait_for(DM_SEC(1));
	assert_int_equal(tellings, 1);
	hear_all(1);
	wait_for(DM_MSEC(200));
	assert_int_equal(tellings, 2);
	assert_int_equal(last.step, DM_LINE_UP_LEVELS);
	assert_int_equal(last.channels[FR].report.results[DM_LINE_UP_TONE], DM_LINE_UP_PASS);
	hear_all(2);
	hear(FR, 2, DM_LINE_UP_FAIL);
	wait_for(DM_MSEC(200));
	assert_int_equal(tellings, 3);
	assert_int_equal(last.step, DM_LINE_UP_BEEPS);
	assert_int_equal(last.channels[FR].report.problem, DM_LINE_UP_NO_SIGNAL);
	hear_all(3);
	wait_for(DM_MSEC(200));
	assert_int_equal(tellings, 4);
	assert_int_equal(last.state, DM_LINE_UP_DONE);
	assert_int_equal(last.step, DM_LINE_UP_BEEPS);
	assert_int_equal(last.channels[EN].report.results[DM_LINE_UP_BEEPS], DM_LINE_UP_PASS);
	assert_none_carries();
	assert_int_equal(fake_clock_timers(), 0);
	wait_for(DM_SEC(20));
	assert_int_equal(tellings, 4);
	assert_int_equal(start(), 0);
}

static void is_over_whatever_comes(void **state)
{
	(void)state;
	begin(DM_SITTING_CLOSED);
	assert_int_equal(start(), 0);
	wait_for(DM_SEC(11));
	assert_int_equal(last.state, DM_LINE_UP_RUNNING);
	hear_all(2);
	wait_for(DM_SEC(2));
	assert_int_equal(last.state, DM_LINE_UP_DONE);
	assert_int_equal(last.channels[EN].report.results[DM_LINE_UP_BEEPS], DM_LINE_UP_PENDING);
	assert_none_carries();
}

static void not_in_session(void **state)
{
	(void)state;
	begin(DM_SITTING_RUNNING);
	assert_int_equal(dm_line_up_start(room), -EBUSY);
	assert_null(room->line_up);
	dm_agenda_say(&room->agenda, DM_SITTING_PAUSED, 0);
	assert_int_equal(start(), 0);
	wait_for(DM_SEC(2));
	/* The session goes on: the channels are back at once. */
	dm_agenda_say(&room->agenda, DM_SITTING_RUNNING, 0);
	wait_for(DM_MSEC(100));
	assert_int_equal(last.state, DM_LINE_UP_STOPPED);
	assert_none_carries();
	dm_agenda_say(&room->agenda, DM_SITTING_CLOSED, 0);
	dm_event_set_survey(event, NULL);
	assert_int_equal(dm_line_up_start(room), -ENOTSUP);
	assert_int_equal(last.state, DM_LINE_UP_STOPPED); /* as it was */
}

static void an_organiser_stops_it(void **state)
{
	(void)state;
	begin(DM_SITTING_CLOSED);
	dm_line_up_stop(room);
	assert_int_equal(tellings, 0);
	assert_int_equal(start(), 0);
	hear_all(1);
	dm_line_up_stop(room);
	assert_int_equal(tellings, 2);
	assert_int_equal(last.state, DM_LINE_UP_STOPPED);
	assert_int_equal(last.channels[EN].report.results[DM_LINE_UP_TONE], DM_LINE_UP_PASS);
	assert_none_carries();
	dm_line_up_stop(room);
	assert_int_equal(tellings, 2);
}

static void booths_on_air_are_left_alone(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person eve = arrive("Eve", BOOTH_EN);

	(void)state;
	begin(DM_SITTING_LINE_UP);
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_int_equal(start(), 0);
	assert_int_equal(last.channels[FR].part, DM_LINE_UP_ON_AIR);
	assert_int_equal(engine(FR)->line_up, -1);
	assert_int_not_equal(engine(EN)->line_up, -1);
	/* The cough key is no way into it. */
	did(dm_booth_mute(rules, anna.key, fake_now));
	wait_for(DM_MSEC(200));
	assert_int_equal(engine(FR)->line_up, -1);
	/* Who goes on air has the channel in the same turn; overseers are told. */
	assert_int_equal(tellings, 1);
	did(dm_booth_on(rules, eve.key, DM_OUTPUT_A, fake_now));
	assert_int_equal(engine(EN)->line_up, -1);
	assert_engine(EN, DM_ENGINE_ON_AIR, 0);
	wait_for(DM_MSEC(100));
	assert_int_equal(tellings, 2);
	assert_int_equal(last.channels[EN].part, DM_LINE_UP_ON_AIR);
	assert_int_equal(last.state, DM_LINE_UP_RUNNING);
	/* And keeps it when she is done; the others go on to the end. */
	did(dm_booth_off(rules, eve.key, fake_now));
	wait_for(DM_SEC(1));
	assert_int_equal(engine(EN)->line_up, -1);
	assert_int_not_equal(engine(RU)->line_up, -1);
	hear_all(3);
	wait_for(DM_MSEC(100));
	assert_int_equal(last.state, DM_LINE_UP_DONE);
	assert_none_carries();
}

/* A hardware booth's source comes to the only channel that is left. */
static void ends_when_no_channel_is_left(void **state)
{
	static const uint8_t seats[] = { BOOTH_EN, BOOTH_FR, BOOTH_RU, BOOTH_ZH };
	struct person people[4];

	(void)state;
	begin(DM_SITTING_LINE_UP);
	for (size_t n = 0; n < 4; n++) {
		people[n] = arrive("Somebody", seats[n]);
		did(dm_booth_on(rules, people[n].key, DM_OUTPUT_A, fake_now));
	}
	assert_int_equal(start(), 0);
	dm_room_set_channel_state(room, &room->channels[ES], DM_FEED_LIVE);
	assert_int_equal(engine(ES)->line_up, -1);
	wait_for(DM_MSEC(100));
	assert_int_equal(last.state, DM_LINE_UP_STOPPED);
	assert_int_equal(dm_line_up_start(room), -EADDRINUSE);
}

static void a_full_queue_is_tried_again(void **state)
{
	struct person eve = arrive("Eve", BOOTH_EN);

	(void)state;
	begin(DM_SITTING_LINE_UP);
	fake_ticker.error = -EAGAIN;
	assert_int_equal(dm_line_up_start(room), -EAGAIN);
	assert_null(room->line_up);
	fake_ticker.error = 0;
	assert_int_equal(start(), 0);
	fake_ticker.error = -EAGAIN;
	did(dm_booth_on(rules, eve.key, DM_OUTPUT_A, fake_now));
	assert_int_not_equal(engine(EN)->line_up, -1);
	fake_ticker.error = 0;
	wait_for(DM_MSEC(40));
	assert_int_equal(engine(EN)->line_up, -1);
	fake_ticker.error = -EAGAIN;
	dm_line_up_stop(room);
	assert_int_not_equal(engine(FR)->line_up, -1);
	fake_ticker.error = 0;
	wait_for(DM_MSEC(40));
	assert_none_carries();
}

/* The floor carries what its source sends: a film with flashes and beeps, perhaps. */
static void the_floor_is_as_its_source(void **state)
{
	static const struct {
		dm_usec early;
		enum dm_line_up_result result;
		double late_ms;
	} films[] = {
		{ DM_MSEC(12), DM_LINE_UP_PASS, -12 },
		{ -DM_MSEC(40), DM_LINE_UP_PASS, 40 },
		{ -DM_MSEC(41), DM_LINE_UP_FAIL, 41 },
		{ DM_MSEC(50), DM_LINE_UP_FAIL, -50 },
	};
	const struct dm_line_up_report *report = &last.channels[FLOOR].report;

	(void)state;
	begin(DM_SITTING_LINE_UP);
	assert_int_equal(start(), 0);
	assert_int_equal(report->results[DM_LINE_UP_BEEPS], DM_LINE_UP_PENDING);
	for (size_t n = 0; n < sizeof(films) / sizeof(films[0]); n++) {
		dm_metric_set(&room->source_health.offset_known, 1);
		dm_metric_set(&room->source_health.offset, films[n].early);
		dm_line_up_stop(room);
		assert_int_equal(report->results[DM_LINE_UP_BEEPS], films[n].result);
		assert_int_equal(report->results[DM_LINE_UP_TONE], DM_LINE_UP_PENDING);
		assert_true(report->offset_ms == films[n].late_ms);
		assert_int_equal(start(), 0);
	}
}

int line_up_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(goes_through_its_steps),
		TEST(is_over_whatever_comes),
		TEST(not_in_session),
		TEST(an_organiser_stops_it),
		TEST(booths_on_air_are_left_alone),
		TEST(ends_when_no_channel_is_left),
		TEST(a_full_queue_is_tried_again),
		TEST(the_floor_is_as_its_source),
	};

	return cmocka_run_group_tests_name("line-up", tests, NULL, NULL);
}
