/* The watch over a room with booths, in simulated time: what is measured is set by the test, the
 * rules of the booths, the judge and the log are real. */
#include "monitor/watch.h"
#include "../session/hall.h"
#include "base/log.h"
#include "fake_measures.h"

#include <glib.h>
#include <math.h>

#define WALL_START 1800000000 /* seconds since 1970 */

gint64 __wrap_g_get_real_time(void);

static struct dm_watch *watch;
static struct dm_metrics *watch_metrics;
static unsigned raised, cleared, changed, entries, looks;

gint64 __wrap_g_get_real_time(void)
{
	return (gint64)WALL_START * G_USEC_PER_SEC + (fake_now - FAKE_CLOCK_START);
}

static void on_news(void *user, const struct dm_watch_news *what)
{
	assert_ptr_equal(user, &raised);
	entries += what->what == DM_WATCH_ENTRY;
	looks += what->what == DM_WATCH_LOOK;
	if (what->what == DM_WATCH_ALARM) {
		raised += what->alarm_news == 0;
		changed += what->alarm_news == 1;
		cleared += what->alarm_news == 2;
	}
}

/* Everything is as it should be: the source delivers, every booth is manned. */
static struct person people[BOOTHS];

static int setup(void **state)
{
	static const struct dm_monitor_options nothing_kept = { .enabled = true };
	static const char *const names[BOOTHS] = { "Anna", "Bert", "Cleo", "Dana", "Eve" };

	hall_setup(state);
	fake_measures_reset();
	raised = cleared = changed = entries = looks = 0;
	assert_int_equal(dm_metrics_create(&watch_metrics), 0);
	for (size_t c = 0; c < CHANNELS; c++)
		dm_room_set_channel_state(room, &room->channels[c],
					  c == FLOOR || c == ES ? DM_FEED_LIVE : DM_FEED_OFF);
	dm_room_set_picture_state(room, &room->picture, DM_FEED_LIVE);
	assert_int_equal(
		dm_watch_create(&watch, &nothing_kept, event, FAKE_MEASURED, watch_metrics), 0);
	dm_watch_observe(watch, on_news, &raised);
	for (uint8_t b = 0; b < BOOTHS; b++)
		people[b] = arrive(names[b], b);
	return 0;
}

static int teardown(void **state)
{
	dm_watch_unobserve(watch, on_news, &raised);
	dm_watch_destroy(watch);
	dm_metrics_destroy(watch_metrics);
	return hall_teardown(state);
}

static bool sounds(const struct dm_intake *microphone)
{
	struct dm_intake_reception reception = { .last_packet = 0 };

	if (microphone)
		dm_intake_reception(microphone, &reception);
	return fake_now - reception.last_packet < DM_MSEC(400);
}

/* As the engine would: what it was told is what is heard, unless the link is dead. */
static void engines_obey(void)
{
	for (int n = 0; n < fake_ticker.count; n++) {
		struct fake_channel *channel = &fake_ticker.channels[n];
		const bool on = channel->state.mode == DM_ENGINE_ON_AIR &&
				(channel->state.voice == DM_ENGINE_INLET ||
				 sounds(channel->microphones[channel->state.voice]));

		channel->level.on_air = on ? channel->state.voice : DM_ENGINE_VOICES;
		channel->level.fallen_back = channel->is_engine &&
					     channel->state.mode != DM_ENGINE_MUTED && !on;
		for (size_t m = 0; m < DM_ENGINE_MICROPHONES; m++)
			channel->level.microphones[m].live = sounds(channel->microphones[m]);
	}
}

static void seconds(int count)
{
	for (int n = 0; n < 25 * count; n++) {
		dm_metric_add(&room->picture.health.came, 1);
		engines_obey();
		wait_for(DM_MSEC(40));
	}
}

static void goes_on_air(uint8_t booth)
{
	did(dm_booth_on(rules, people[booth].key, DM_OUTPUT_A, fake_now));
}

static const struct dm_alarm *standing(size_t n)
{
	const struct dm_alarm *alarm = NULL;
	size_t cursor = 0;

	for (size_t i = 0; i <= n; i++)
		alarm = dm_watch_next_alarm(watch, &cursor);
	return alarm;
}

/* Exactly one alarm stands: this one, there. */
static uint64_t only(const char *kind, const char *name)
{
	const struct dm_alarm *alarm = standing(0);
	struct dm_alarm_place place;

	assert_non_null(alarm);
	assert_string_equal(dm_alarm_kind_name(alarm->kind), kind);
	dm_watch_place(watch, alarm, &place);
	assert_string_equal(place.name, name);
	if (standing(1))
		fail_msg("besides %s there is %s", kind, dm_alarm_kind_name(standing(1)->kind));
	return alarm->id;
}

static struct dm_surveyed_channel *sound_of(uint8_t channel)
{
	return &fake_measures.channels[room->channels[channel].number];
}

static struct dm_surveyed_microphone *voice_of(uint8_t channel, uint8_t seat)
{
	return &fake_measures.microphones[room->channels[channel].number][seat];
}

static void a_healthy_room_has_no_alarm(void **state)
{
	(void)state;
	goes_on_air(BOOTH_FR);
	goes_on_air(BOOTH_RU);
	seconds(60);
	did(dm_booth_mute(rules, people[BOOTH_FR].key, fake_now)); /* a cough */
	seconds(4);
	goes_on_air(BOOTH_FR);
	seconds(60);
	if (standing(0))
		fail_msg("%s", dm_alarm_kind_name(standing(0)->kind));
	assert_int_equal(raised, 0);
	assert_in_range(looks, 2 * 124 - 4, 2 * 126 + 4);
}

static void silence_on_a_live_channel_is_told(void **state)
{
	struct dm_alarm_place place;
	uint64_t id;

	(void)state;
	goes_on_air(BOOTH_FR);
	seconds(5);
	sound_of(FR)->momentary_lufs = -HUGE_VAL;
	seconds(14);
	assert_null(standing(0));
	seconds(3);
	id = only("channel-silent", "fr");
	dm_watch_place(watch, standing(0), &place);
	assert_string_equal(place.room, "plenary");
	assert_in_range(dm_watch_wall(watch, standing(0)->since) / G_USEC_PER_SEC, WALL_START + 5,
			WALL_START + 9);
	assert_int_equal(dm_watch_acknowledge(watch, id + 1, "Olga"), -ENOENT);
	assert_int_equal(dm_watch_acknowledge(watch, id, "Olga"), 0);
	assert_int_equal(changed, 1);
	assert_string_equal(dm_watch_entry(watch, 0)->kind, "alarm");
	assert_string_equal(dm_watch_entry(watch, 0)->who, "Olga");
	assert_string_equal(dm_watch_entry(watch, 0)->channel, "fr");
	sound_of(FR)->momentary_lufs = -23;
	seconds(4);
	assert_null(standing(0));
	assert_int_equal(raised, 1);
	assert_int_equal(cleared, 1);
}

/* Whenever it is looked at, the speaker takes breath. */
static void a_floor_that_breathes_speaks(void **state)
{
	(void)state;
	goes_on_air(BOOTH_FR);
	sound_of(0)->silent_for = 0.9;
	sound_of(FR)->momentary_lufs = -HUGE_VAL;
	seconds(17);
	only("channel-silent", "fr");
	sound_of(FR)->momentary_lufs = -23;
	seconds(4);
	sound_of(0)->silent_for = 1;
	sound_of(FR)->momentary_lufs = -HUGE_VAL;
	seconds(60);
	assert_null(standing(0));
}

static void a_floor_that_leaks_is_told_where(void **state)
{
	(void)state;
	goes_on_air(BOOTH_FR);
	goes_on_air(BOOTH_EN);
	sound_of(FR)->floor_likeness = 0.9;
	seconds(13);
	only("channel-leak", "fr");
	sound_of(FR)->floor_likeness = 0.1;
	seconds(13);
	assert_null(standing(0));
	/* The same sound on two channels names both. */
	sound_of(FR)->twin = room->channels[EN].number;
	sound_of(EN)->twin = room->channels[FR].number;
	sound_of(FR)->twin_likeness = sound_of(EN)->twin_likeness = 0.95;
	seconds(13);
	only("channel-twin", "en");

	struct dm_alarm_place place;

	dm_watch_place(watch, standing(0), &place);
	assert_string_equal(place.other, "fr");
}

static void a_microphone_that_is_on_air_and_dead_is_told(void **state)
{
	(void)state;
	goes_on_air(BOOTH_RU);
	seconds(2);
	speak(people[BOOTH_RU].microphone, false);
	seconds(6);
	assert_non_null(standing(0));
	only("microphone-dead", "ru/0");
	speak(people[BOOTH_RU].microphone, true);
	seconds(6);
	assert_null(standing(0));
}

static void two_on_air_may_take_turns_but_not_talk_at_once(void **state)
{
	const struct person second = arrive("Fay", BOOTH_FR);
	double *levels[] = { &voice_of(FR, 0)->momentary_lufs, &voice_of(FR, 1)->momentary_lufs };

	(void)state;
	did(dm_override_on_air_max(rules, BOOTH_FR, 2, fake_now));
	goes_on_air(BOOTH_FR);
	did(dm_booth_on(rules, second.key, DM_OUTPUT_A, fake_now));
	for (int turn = 0; turn < 10; turn++) { /* one ends while the other begins */
		*levels[turn % 2] = -23;
		*levels[1 - turn % 2] = -60;
		seconds(5);
		*levels[1 - turn % 2] = -23;
		seconds(1);
	}
	assert_null(standing(0));
	*levels[0] = *levels[1] = -23;
	seconds(15);
	only("channel-voices", "fr");
	*levels[1] = -60;
	seconds(15);
	assert_null(standing(0));
}

static void two_of_a_booth_may_talk_on_two_channels(void **state)
{
	const struct person second = arrive("Gus", BOOTH_RU);

	(void)state;
	did(dm_override_on_air_max(rules, BOOTH_RU, 2, fake_now));
	goes_on_air(BOOTH_RU);
	did(dm_booth_on(rules, second.key, DM_OUTPUT_B, fake_now));
	for (uint8_t seat = 0; seat < 2; seat++)
		voice_of(RU, seat)->momentary_lufs = voice_of(EN, seat)->momentary_lufs = -23;
	seconds(20);
	assert_null(standing(0));
}

static void an_unfit_microphone_is_told_with_its_seat(void **state)
{
	(void)state;
	goes_on_air(BOOTH_RU);
	voice_of(RU, 0)->fitness = (struct dm_interpretability_report){
		.verdict = DM_VERDICT_UNFIT, .reason = DM_VERDICT_REASON_TELEPHONE
	};
	seconds(13);
	only("microphone-unfit", "ru/0");
}

static void an_empty_booth_counts_while_the_session_runs(void **state)
{
	(void)state;
	dm_agenda_say(&room->agenda, DM_SITTING_PAUSED, WALL_START);
	dm_interpreter_leave(people[BOOTH_ZH].interpreter);
	seconds(40);
	assert_null(standing(0));
	dm_agenda_say(&room->agenda, DM_SITTING_RUNNING, WALL_START + 40);
	seconds(33);
	only("booth-unmanned", "zh");
}

static void a_hardware_booth_needs_nobody_here(void **state)
{
	(void)state;
	dm_interpreter_leave(people[BOOTH_ZH].interpreter);
	dm_room_set_channel_state(room, &room->channels[ZH], DM_FEED_LIVE);
	seconds(40);
	if (standing(0))
		fail_msg("%s", dm_alarm_kind_name(standing(0)->kind));
	dm_room_set_channel_state(room, &room->channels[ZH], DM_FEED_LOST);
	seconds(33);
	only("booth-unmanned", "zh");
}

static void sources_are_told(void **state)
{
	(void)state;
	goes_on_air(BOOTH_FR);
	seconds(2);
	dm_metric_set(&room->picture.health.black_ms, 1500);
	dm_metric_set(&room->picture.health.still_ms, 1500);
	seconds(12);
	only("source-black", ""); /* not that it stands still, too */
	dm_metric_set(&room->picture.health.black_ms, 0);
	dm_metric_set(&room->picture.health.still_ms, 0);
	seconds(8);
	assert_null(standing(0));
	dm_metric_set(&room->source_health.offset, 200000);
	dm_metric_set(&room->source_health.offset_known, 1);
	seconds(13);
	only("sound-early", "");
	dm_metric_set(&room->source_health.offset_known, 0);
	dm_metric_set(&room->source_health.offset, 0);
	dm_room_set_channel_state(room, &room->channels[FLOOR], DM_FEED_LOST);
	dm_room_set_picture_state(room, &room->picture, DM_FEED_LOST);
	seconds(5);
	only("source-lost", "");
	assert_true(standing(0)->severity == DM_SEVERITY_CRITICAL);
}

static void slides_may_stand_still(void **state)
{
	struct dm_picture_options slides = *room->picture.options;

	(void)state;
	slides.slides = true;
	dm_metric_set(&room->picture.health.still_ms, 60000);
	seconds(12);
	only("source-frozen", "");
	room->picture.options = &slides;
	seconds(12);
	assert_null(standing(0));
	/* Few enough come by themselves: a picture every four seconds. */
	for (int n = 0; n < 10; n++) {
		dm_metric_add(&room->picture.health.came, 1);
		engines_obey();
		wait_for(DM_SEC(4));
	}
	assert_null(standing(0));
}

static void loss_is_told_by_network(void **state)
{
	struct dm_network *network = &fake_measures.networks[0];

	(void)state;
	fake_measures.network_count = 2;
	*network = (struct dm_network){ .name = "203.0.0.0/16", .listeners = 20, .workers = 1 };
	fake_measures.networks[1] = (struct dm_network){
		.name = "CH", .country = true, .listeners = 20, .workers = 1
	};
	for (int n = 0; n < 40; n++) {
		/* Twenty reports a second, each of 8 %. */
		network->reception.reports += 20;
		network->reception.loss_sum += 20 * 0.08;
		fake_measures.networks[1].reception = network->reception;
		seconds(1);
	}
	only("group-loss", "203.0.0.0/16");

	struct dm_relay_figures figures;

	dm_watch_relay(watch, &figures);
	assert_int_equal(figures.network_count, 2);
	assert_true(fabs(figures.networks[0].loss_mean - 0.08) < 0.001);
	assert_int_equal(figures.networks[1].by, DM_GROUP_BY_COUNTRY);
}

static void a_worker_in_trouble_is_told(void **state)
{
	(void)state;
	fake_measures.workers[1].longest_turn = DM_MSEC(300);
	seconds(4);
	only("worker-stalled", "worker 1");
}

static void a_token_that_ends_is_told(void **state)
{
	(void)state;
	dm_watch_set_token_end(watch, WALL_START + 1800);
	seconds(12);
	only("token-ends", "");
	dm_watch_set_token_end(watch, 0);
	seconds(1);
	only("token-ends", ""); /* what is not known clears nothing */
	dm_watch_set_token_end(watch, WALL_START + 86400);
	seconds(12);
	assert_null(standing(0));
}

static const struct dm_history_event *find_entry(const char *kind)
{
	const struct dm_history_event *entry;

	for (size_t n = 0; (entry = dm_watch_entry(watch, n)); n++) {
		if (strcmp(entry->kind, kind) == 0)
			return entry;
	}
	return NULL;
}

static void what_happens_is_written_down(void **state)
{
	(void)state;
	assert_non_null(find_entry("start"));
	assert_string_equal(find_entry("seated")->who, "Eve");
	assert_string_equal(find_entry("seated")->channel, "zh");
	assert_string_equal(find_entry("session")->detail, "{\"state\":\"running\"}");
	seconds(1);
	goes_on_air(BOOTH_FR);
	assert_string_equal(find_entry("microphone")->channel, "fr");
	assert_string_equal(find_entry("microphone")->who, "Bert");
	assert_string_equal(find_entry("microphone")->detail,
			    "{\"state\":\"on-air\",\"output\":\"fr\"}");
	assert_int_equal(find_entry("microphone")->at / G_USEC_PER_SEC,
			 __wrap_g_get_real_time() / G_USEC_PER_SEC);
	assert_string_equal(find_entry("programme")->detail, "{\"carries\":\"voice\"}");
	dm_room_set_channel_state(room, &room->channels[ES], DM_FEED_LOST);
	assert_string_equal(find_entry("feed")->channel, "es");
	assert_string_equal(find_entry("feed")->detail, "{\"state\":\"lost\"}");
	dm_watch_record(watch, "override", "plenary", "fr", "Olga", "{\"do\":\"mute\"}");
	assert_string_equal(dm_watch_entry(watch, 0)->who, "Olga");
	assert_true(entries > 5);
}

static void figures_and_the_audience_are_of_the_room(void **state)
{
	struct dm_room_figures figures;
	const uint32_t *points;
	dm_peer_id peer;
	int64_t start;

	(void)state;
	listen(FR, &peer);
	listen(FLOOR, &peer);
	listen(FR, &peer);
	goes_on_air(BOOTH_FR);
	sound_of(FR)->short_term_lufs = -22;
	seconds(65);
	dm_watch_room(watch, room, &figures);
	assert_int_equal(figures.listeners, 3);
	assert_int_equal(figures.channel_count, CHANNELS);
	assert_int_equal(figures.channels[FR].listeners, 2);
	assert_true(figures.channels[FR].sound.short_term_lufs == -22);
	assert_int_equal(figures.microphone_count, BOOTHS);
	assert_int_equal(figures.microphones[BOOTH_FR].booth, BOOTH_FR);
	assert_true(figures.microphones[BOOTH_FR].on_air);
	assert_false(figures.microphones[BOOTH_EN].on_air);
	assert_true(isnan(figures.microphones[BOOTH_FR].round_trip_ms)); /* nobody has told it */
	assert_true(fabs(figures.source.picture.frame_rate - 25) < 1);
	assert_int_equal(figures.source.picture.rung_count, 2);
	assert_int_equal(figures.source.picture.rungs[1].height, 360);
	assert_string_equal(figures.groups[0].name, "plenary");
	assert_string_equal(figures.groups[1 + FR].name, "fr");
	assert_in_range(dm_watch_audience(watch, room, FR, &points, &start), 2, 3);
	assert_int_equal(start, WALL_START + 0);
	assert_int_equal(points[1], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WATCH_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		WATCH_TEST(a_healthy_room_has_no_alarm),
		WATCH_TEST(silence_on_a_live_channel_is_told),
		WATCH_TEST(a_floor_that_breathes_speaks),
		WATCH_TEST(a_floor_that_leaks_is_told_where),
		WATCH_TEST(a_microphone_that_is_on_air_and_dead_is_told),
		WATCH_TEST(two_on_air_may_take_turns_but_not_talk_at_once),
		WATCH_TEST(two_of_a_booth_may_talk_on_two_channels),
		WATCH_TEST(an_unfit_microphone_is_told_with_its_seat),
		WATCH_TEST(an_empty_booth_counts_while_the_session_runs),
		WATCH_TEST(a_hardware_booth_needs_nobody_here),
		WATCH_TEST(sources_are_told),
		WATCH_TEST(slides_may_stand_still),
		WATCH_TEST(loss_is_told_by_network),
		WATCH_TEST(a_worker_in_trouble_is_told),
		WATCH_TEST(a_token_that_ends_is_told),
		WATCH_TEST(what_happens_is_written_down),
		WATCH_TEST(figures_and_the_audience_are_of_the_room),
	};

	dm_log_setup(DM_LOG_ERROR, DM_LOG_KEY_VALUE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
