/* tests/unit/control/oversight.c: what is told to those who oversee, by a watch that has seen what
 * it is told. */
#include "control/oversight.h"

#include "fake_session.h"
#include "fake_watch.h"
#include "offers.h"
#include "watched_hub.h"
#include "websocket_client.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_wake(void *user)
{
	(void)user;
}

static int setup(void **state)
{
	struct watched_hub *f = watched_hub_create(DM_ROLE_ORGANISER, "Ben");

	/* Not of the plenary. */
	watched_hub_identify(f->other, DM_ROLE_ORGANISER, "Ben", "side", NULL);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	watched_hub_destroy(*state);
	return 0;
}

static json_t *run_for(struct watched_hub *f, struct dm_conversation *conversation,
		       const char *type)
{
	json_t *json = NULL;

	for (int n = 0; n < DM_OVERSIGHT_RARE && !json; n++) {
		dm_oversight_run(f->hub);
		json = ws_take(conversation, type);
	}
	return json;
}

static void test_begin(void **state)
{
	struct watched_hub *f = *state;
	json_t *json;

	fake_watch_raise(f->watch, DM_ALARM_CHANNEL_SILENT, "plenary", "fr");
	fake_watch_raise(f->watch, DM_ALARM_DISK_FULL, NULL, "");
	dm_watch_record(f->watch, "feed", "plenary", "", "", "{\"state\":\"live\"}");
	json = ws_say(f->ana, "{'type':'oversee','id':7,'room':'plenary'}");
	assert_string_equal(ws_text(json, "type"), "overseeing");
	assert_int_equal(ws_number(json, "id"), 7);
	assert_string_equal(ws_text(json, "rooms.1"), "side");
	assert_string_equal(ws_text(json, "room"), "plenary");
	assert_true(json_is_true(ws_at(json, "mint")));
	json_decref(json);

	json = ws_take(f->ana, "overview");
	assert_int_equal(json_array_size(ws_at(json, "rooms")), 2);
	assert_int_equal(ws_number(json, "rooms.0.alarms.critical") +
				 ws_number(json, "rooms.0.alarms.warning"),
			 1);
	assert_string_equal(ws_text(json, "rooms.0.channels.2.alarm"),
			    dm_severity_name(dm_alarm_kind_severity(DM_ALARM_CHANNEL_SILENT)));
	assert_true(json_is_null(ws_at(json, "rooms.0.channels.1.alarm")));
	json_decref(json);

	json = ws_take(f->ana, "alarms");
	assert_int_equal(json_array_size(ws_at(json, "alarms")), 2);
	assert_string_equal(ws_text(json, "alarms.0.kind"), "channel-silent");
	assert_string_equal(ws_text(json, "alarms.0.room"), "plenary");
	assert_string_equal(ws_text(json, "alarms.0.place"), "fr");
	assert_true(strlen(ws_text(json, "alarms.0.meaning")) > 10);
	assert_true(json_is_null(ws_at(json, "alarms.1.room")));
	assert_true(json_real_value(ws_at(json, "alarms.0.since")) == 1800000010.0);
	json_decref(json);

	json = ws_take(f->ana, "log");
	assert_string_equal(ws_text(json, "entries.0.kind"), "feed");
	assert_string_equal(ws_text(json, "entries.0.detail.state"), "live");
	json_decref(json);
	json = ws_take(f->ana, "booths");
	assert_non_null(json);
	json_decref(json);
}

/* Of another room nothing at all is told; nor what is the whole relay's. */
static void test_limited(void **state)
{
	struct watched_hub *f = *state;
	json_t *json;

	fake_watch_raise(f->watch, DM_ALARM_CHANNEL_SILENT, "plenary", "fr");
	fake_watch_raise(f->watch, DM_ALARM_DISK_FULL, NULL, "");
	dm_watch_record(f->watch, "feed", "plenary", "", "", "");
	dm_watch_record(f->watch, "start", "", "", "", "");
	ws_expect(f->other, "forbidden", "{'type':'oversee','room':'plenary'}");
	ws_expect(f->ana, "unknown-room", "{'type':'oversee','room':'attic'}");
	json = ws_say(f->other, "{'type':'oversee','room':null}");
	assert_int_equal(json_array_size(ws_at(json, "rooms")), 1);
	assert_true(json_is_null(ws_at(json, "room")));
	json_decref(json);
	json = ws_take(f->other, "overview");
	assert_int_equal(json_array_size(ws_at(json, "rooms")), 1);
	assert_string_equal(ws_text(json, "rooms.0.id"), "side");
	json_decref(json);
	json = ws_take(f->other, "alarms");
	assert_int_equal(json_array_size(ws_at(json, "alarms")), 0);
	json_decref(json);
	json = ws_take(f->other, "log");
	assert_int_equal(json_array_size(ws_at(json, "entries")), 0);
	json_decref(json);
	fake_watch_raise(f->watch, DM_ALARM_CHANNEL_LEAK, "plenary", "fr");
	fake_room_become(f->event, "plenary", DM_FEED_LOST);
	assert_null(dm_conversation_take(f->other));
	fake_watch_raise(f->watch, DM_ALARM_CHANNEL_LEAK, "side", "en");
	json = ws_take(f->other, "alarm");
	assert_string_equal(ws_text(json, "news"), "raised");
	json_decref(json);
	fake_room_become(f->event, "side", DM_FEED_LOST);
	json = ws_take(f->other, "room");
	assert_non_null(json);
	json_decref(json);
}

static void test_news(void **state)
{
	struct watched_hub *f = *state;
	uint64_t id;
	json_t *json;

	ws_expect(f->ana, "overseeing", "{'type':'oversee'}");
	id = fake_watch_raise(f->watch, DM_ALARM_SOURCE_LOST, "side", "");
	json = ws_take(f->ana, "alarm");
	assert_int_equal(ws_number(json, "alarm.id"), id);
	json_decref(json);
	ws_expect(f->ana, "acknowledge", "{'type':'acknowledge','alarm':%d}", (int)id);
	json = ws_take(f->ana, "logged");
	assert_string_equal(ws_text(json, "entry.kind"), "acknowledge");
	assert_string_equal(ws_text(json, "entry.who"), "Ana");
	json_decref(json);
	ws_expect(f->ana, "already-acknowledged", "{'type':'acknowledge','alarm':%d}", (int)id);
	fake_watch_clear(f->watch, id);
	json = ws_take(f->ana, "alarm");
	assert_string_equal(ws_text(json, "news"), "cleared");
	assert_string_equal(ws_text(json, "alarm.acknowledged.by"), "Ana");
	json_decref(json);
	ws_expect(f->ana, "no-such-alarm", "{'type':'acknowledge','alarm':%d}", (int)id);
	id = fake_watch_raise(f->watch, DM_ALARM_DISK_FULL, NULL, "");
	ws_expect(f->other, "forbidden", "{'type':'acknowledge','alarm':%d}", (int)id);
}

static void fill(struct dm_channel_figures *channels, struct dm_group_figures *group,
		 struct dm_microphone_figures *microphone)
{
	channels[2].sound = (struct dm_surveyed_channel){ .momentary_lufs = -23.04,
							  .short_term_lufs = -HUGE_VAL,
							  .integrated_lufs = NAN,
							  .twin = -1 };
	channels[2].level = (struct dm_channel_level){ .booth = 1, .seat = 0 };
	channels[2].listeners = 12;
	channels[0].level.booth = channels[1].level.booth = channels[3].level.booth = DM_NOBODY;
	*microphone = (struct dm_microphone_figures){
		.booth = 1,
		.jitter_ms = 1.26,
		.sound.fitness = { .verdict = DM_VERDICT_POOR,
				   .reason = DM_VERDICT_REASON_NARROW,
				   .ceiling_hz = 7900 },
	};
	*group = (struct dm_group_figures){ .by = DM_GROUP_BY_NETWORK,
					    .name = "203.0.0.0/16",
					    .loss_p95 = 0.05 };
}

static void test_measures(void **state)
{
	struct watched_hub *f = *state;
	struct dm_channel_figures channels[4] = { 0 };
	struct dm_microphone_figures microphone;
	struct dm_group_figures group;
	json_t *json;

	fill(channels, &group, &microphone);
	*fake_watch_figures(f->watch, 0) = (struct dm_room_figures){ .channels = channels,
								     .channel_count = 4,
								     .microphones = &microphone,
								     .microphone_count = 1 };
	fake_watch_relay(f->watch)->networks = &group;
	fake_watch_relay(f->watch)->network_count = 1;
	ws_expect(f->ana, "overseeing", "{'type':'oversee','room':'plenary'}");
	ws_drain(f->ana);
	json = run_for(f, f->ana, "measures");
	assert_true(json_real_value(ws_at(json, "channels.2.momentary")) == -23.0);
	assert_true(json_is_null(ws_at(json, "channels.2.short_term")));
	assert_true(json_is_null(ws_at(json, "channels.2.integrated")));
	assert_string_equal(ws_text(json, "channels.2.heard.booth"), "fr");
	assert_true(json_is_null(ws_at(json, "channels.1.heard")));
	assert_string_equal(ws_text(json, "microphones.0.fitness.reason"), "narrow");
	assert_string_equal(ws_text(json, "groups.0.by"), "network");
	assert_string_equal(ws_text(json, "source.sources.0"), "rtsp://camera/live");
	assert_string_equal(ws_text(json, "source.sources.1"), "srt://hall:9000");
	json_decref(json);
	json = run_for(f, f->ana, "meters");
	assert_int_equal(json_array_size(ws_at(json, "channels")), 4);
	json_decref(json);
	watched_hub_identify(f->ana, DM_ROLE_ORGANISER, "Ana", "plenary", NULL);
	ws_drain(f->ana);
	json = run_for(f, f->ana, "measures");
	assert_int_equal(json_array_size(ws_at(json, "groups")), 0); /* the whole event's are not */
	json_decref(json);
}

/* Who sees the room is told of it as it goes on, and who comes later what became of it. */
static void test_line_up(void **state)
{
	struct watched_hub *f = *state;
	struct dm_room *room = dm_event_find_room(f->event, "plenary");
	struct dm_line_up *line_up;
	json_t *json;

	ws_expect(f->ana, "overseeing", "{'type':'oversee'}");
	ws_drain(f->ana);
	json = ws_say(f->ana, "{'type':'line-up','id':3,'room':'plenary','do':'start'}");
	assert_int_equal(ws_number(json, "id"), 3); /* the reply first */
	json_decref(json);
	line_up = room->line_up;
	json = ws_take(f->ana, "line-up");
	assert_string_equal(ws_text(json, "room"), "plenary");
	assert_string_equal(ws_text(json, "state"), "running");
	assert_string_equal(ws_text(json, "step"), "tone");
	assert_int_equal(ws_number(json, "started"), 1800000000);
	assert_int_equal(json_array_size(ws_at(json, "channels")), 0); /* none has an engine */
	json_decref(json);

	line_up->channels[0].report.results[DM_LINE_UP_BEEPS] = DM_LINE_UP_FAIL;
	line_up->channels[0].report.offset_ms = -50.04;
	line_up->channels[0].report.problem = DM_LINE_UP_LATE;
	line_up->channels[1].part = DM_LINE_UP_SENT;
	line_up->channels[1].report = (struct dm_line_up_report){
		.results = { DM_LINE_UP_PASS, DM_LINE_UP_FAIL },
		.problem = DM_LINE_UP_CLIPPED,
		.frequency_hz = 1000.004,
		.level_db = -22.96,
		.offset_ms = NAN,
	};
	line_up->channels[2].part = DM_LINE_UP_ON_AIR;
	line_up->step = DM_LINE_UP_BEEPS;
	fake_line_up_tell(room);
	json = ws_take(f->ana, "line-up");
	assert_string_equal(ws_text(json, "step"), "flash");
	assert_int_equal(json_array_size(ws_at(json, "channels")), 3);
	assert_string_equal(ws_text(json, "channels.0.lang"), "floor");
	assert_string_equal(ws_text(json, "channels.0.tone"), "pending");
	assert_string_equal(ws_text(json, "channels.0.flash"), "fail");
	assert_true(json_real_value(ws_at(json, "channels.0.offset_ms")) == -50.0);
	assert_string_equal(ws_text(json, "channels.0.problem"), "late");
	assert_string_equal(ws_text(json, "channels.1.tone"), "pass");
	assert_string_equal(ws_text(json, "channels.1.steps"), "fail");
	assert_string_equal(ws_text(json, "channels.1.flash"), "pending");
	assert_true(json_real_value(ws_at(json, "channels.1.level_db")) == -23.0);
	assert_true(json_number_value(ws_at(json, "channels.1.frequency_hz")) == 1000.0);
	assert_true(json_is_null(ws_at(json, "channels.1.offset_ms")));
	assert_string_equal(ws_text(json, "channels.1.problem"), "clipped");
	assert_string_equal(ws_text(json, "channels.2.problem"), "on-air");
	assert_true(json_is_null(ws_at(json, "channels.2.level_db")));
	json_decref(json);

	/* What came of it is kept. */
	line_up->channels[3].part = DM_LINE_UP_SENT;
	for (size_t n = 0; n < DM_LINE_UP_STEPS; n++)
		line_up->channels[3].report.results[n] = DM_LINE_UP_PASS;
	line_up->state = DM_LINE_UP_DONE;
	fake_line_up_tell(room);
	assert_string_equal(dm_watch_entry(f->watch, 0)->kind, "lined-up");
	assert_string_equal(dm_watch_entry(f->watch, 0)->detail, "{\"count\":1}");
	assert_string_equal(dm_watch_entry(f->watch, 1)->kind, "line-up-failed");
	assert_string_equal(dm_watch_entry(f->watch, 1)->channel, room->channels[1].lang);
	assert_string_equal(dm_watch_entry(f->watch, 1)->detail, "{\"problem\":\"clipped\"}");
	line_up->state = DM_LINE_UP_RUNNING;

	dm_line_up_stop(room);
	ws_drain(f->ana);
	ws_expect(f->ana, "overseeing", "{'type':'oversee','room':'plenary'}");
	json = ws_take(f->ana, "line-up");
	assert_string_equal(ws_text(json, "state"), "stopped");
	json_decref(json);
	/* Not who may not see the room. */
	watched_hub_identify(f->ana, DM_ROLE_ORGANISER, "Ana", "side", NULL);
	ws_expect(f->ana, "overseeing", "{'type':'oversee'}");
	ws_drain(f->ana);
	fake_line_up_tell(room);
	assert_null(ws_take(f->ana, "line-up"));
}

/* Each is told once a second, or four times; nobody who does not read. */
static void test_pace(void **state)
{
	struct watched_hub *f = *state;
	unsigned overviews = 0, meters = 0, measures = 0;

	ws_expect(f->ana, "overseeing", "{'type':'oversee','room':'plenary'}");
	ws_drain(f->ana);
	for (int n = 0; n < 10 * DM_OVERSIGHT_RARE; n++) {
		GBytes *text;

		dm_oversight_run(f->hub);
		while ((text = dm_conversation_take(f->ana))) {
			const char *data = g_bytes_get_data(text, NULL);

			overviews += !strncmp(data, "{\"type\":\"overview\"", 18);
			meters += !strncmp(data, "{\"type\":\"meters\"", 16);
			measures += !strncmp(data, "{\"type\":\"measures\"", 18);
			g_bytes_unref(text);
		}
	}
	assert_int_equal(overviews, 10);
	assert_int_equal(measures, 10);
	assert_int_equal(meters, 40);
	for (int n = 0; n < 10000; n++)
		dm_oversight_run(f->hub);
	assert_int_equal(dm_conversation_close_code(f->ana), 0);
	assert_true(f->ana->queue.length <= 2);
}

/* The same text for all who see the same. */
static void test_shared(void **state)
{
	struct watched_hub *f = *state;
	GBytes *first, *second;

	watched_hub_identify(f->other, DM_ROLE_ORGANISER, "Ben", NULL, NULL);
	ws_expect(f->ana, "overseeing", "{'type':'oversee'}");
	ws_expect(f->other, "overseeing", "{'type':'oversee'}");
	ws_drain(f->ana);
	ws_drain(f->other);
	for (int n = 0; n < DM_OVERSIGHT_RARE; n++)
		dm_oversight_run(f->hub);
	first = dm_conversation_take(f->ana);
	second = dm_conversation_take(f->other);
	assert_ptr_equal(first, second);
	g_bytes_unref(first);
	g_bytes_unref(second);
}

/* The day's audience is thinned so that it fits. */
static void test_audience(void **state)
{
	struct watched_hub *f = *state;
	json_t *json;

	fake_watch_attend(f->watch, 100);
	ws_expect(f->ana, "overseeing", "{'type':'oversee','room':'plenary'}");
	json = ws_take(f->ana, "audience");
	assert_int_equal(ws_number(json, "step"), DM_ATTENDANCE_STEP_S);
	assert_int_equal(json_array_size(ws_at(json, "series.zh-Hans")), 100);
	assert_int_equal(ws_number(json, "series.floor.99"), 99);
	json_decref(json);
	fake_watch_attend(f->watch, FAKE_POINTS_MAX);
	for (int n = 0; n < 2000; n++)
		dm_watch_record(f->watch, "feed", "plenary", "", "", "");
	ws_expect(f->ana, "overseeing", "{'type':'oversee','room':'plenary'}");
	assert_int_equal(dm_conversation_close_code(f->ana), 0);
	json = ws_take(f->ana, "log");
	assert_int_equal(json_array_size(ws_at(json, "entries")), 200);
	json_decref(json);
}

static void test_no_watch(void **state)
{
	struct watched_hub *f = *state;
	const struct dm_hub_options options = { .event = f->event, .grace_ms = 1 };
	struct dm_conversation *conversation;
	struct dm_hub *hub;

	assert_int_equal(dm_hub_create(&hub, &options), 0);
	conversation = dm_conversation_open(hub, 0, on_wake, NULL);
	ws_expect(conversation, "no-watch", "{'type':'oversee'}");
	ws_expect(conversation, "no-such-alarm", "{'type':'acknowledge','alarm':1}");
	ws_expect(conversation, "sitting", "{'type':'sitting','room':'side','state':'paused'}");
	ws_expect(conversation, "cannot-mint", "{'type':'mint','role':'delegate'}");
	dm_conversation_close(conversation);
	dm_hub_destroy(hub);
}

/* Who speaks is told how fit the own sound is, and the floor's; once for each verdict. */
static void test_fitness(void **state)
{
	struct watched_hub *f = *state;
	struct dm_channel_figures channels[4] = { 0 };
	struct dm_microphone_figures microphone;
	struct dm_group_figures group;
	size_t bytes;
	char *offer = offer_read("chromium-sign.sdp", &bytes);
	char *speaks = text_replace(offer, "a=recvonly", "a=sendrecv");
	json_t *message = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "join", "room", "plenary",
				    "booth", "fr", "name", "Cho", "offer", speaks);
	char *text = json_dumps(message, 0);
	json_t *json;

	watched_hub_identify(f->ana, DM_ROLE_INTERPRETER, "Cho", NULL, NULL);
	dm_conversation_receive(f->ana, text, strlen(text), DM_SEC(1));
	ws_drain(f->ana);
	fill(channels, &group, &microphone);
	*fake_watch_figures(f->watch, 0) = (struct dm_room_figures){ .channels = channels,
								     .channel_count = 4,
								     .microphones = &microphone,
								     .microphone_count = 1 };
	fake_watch_look(f->watch);
	json = ws_take(f->ana, "fitness");
	assert_string_equal(ws_text(json, "fitness.verdict"), "poor");
	json_decref(json);
	fake_watch_look(f->watch);
	assert_null(dm_conversation_take(f->ana));
	channels[0].sound.fitness.verdict = DM_VERDICT_GOOD;
	fake_watch_look(f->watch);
	json = ws_take(f->ana, "floor-fitness");
	assert_string_equal(ws_text(json, "fitness.verdict"), "good");
	json_decref(json);
	assert_null(dm_conversation_take(f->ana));
	free(text);
	json_decref(message);
	free(speaks);
	free(offer);
}

/* With the token ends what it shows. */
static void test_revoked(void **state)
{
	struct watched_hub *f = *state;
	const char *const revoked[] = { f->ana->visitor->token.id };
	const struct dm_security_options security = { .algorithm = DM_TOKEN_HS256,
						      .key = WATCHED_SECRET,
						      .key_bytes = sizeof(WATCHED_SECRET) - 1,
						      .revoked = revoked,
						      .revoked_count = 1 };

	ws_expect(f->ana, "overseeing", "{'type':'oversee','room':'plenary'}");
	ws_drain(f->ana);
	dm_access_update(f->access, &security);
	for (int n = 0; n < DM_OVERSIGHT_RARE; n++)
		dm_oversight_run(f->hub);
	fake_watch_raise(f->watch, DM_ALARM_CHANNEL_LEAK, "plenary", "fr");
	dm_watch_record(f->watch, "feed", "plenary", "", "", "");
	assert_null(dm_conversation_take(f->ana));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_begin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_news, setup, teardown),
		cmocka_unit_test_setup_teardown(test_measures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_line_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_audience, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_watch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fitness, setup, teardown),
		cmocka_unit_test_setup_teardown(test_revoked, setup, teardown),
	};

	return cmocka_run_group_tests_name("control/oversight", tests, NULL, NULL);
}
