/* What is watched, kept and posted; timetables, backups and the proxy's country. */
#include "scratch.h"

#include "config/duration.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define SMALL                                                                     \
	"event: {id: e, title: {en: Event}}\n"                                    \
	"rooms: [{id: r, title: {en: Room}, floor: {source: 'test:'}, sessions: " \
	"[]}]\n"

static int setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	scratch_init(scratch);
	scratch_write(scratch, "hook.key", SECRET "\n");
	scratch_protect(scratch, "hook.key");
	scratch_write(scratch, "cert.pem", "-----BEGIN CERTIFICATE-----");
	scratch_write(scratch, "key.pem", "-----BEGIN PRIVATE KEY-----");
	scratch_write(scratch, "data/there", "x");
	scratch_write(scratch, "hall.mp4", "x");
	*state = scratch;
	return 0;
}

static struct dm_config *load(struct scratch *scratch, const char *yaml)
{
	struct dm_config *config;

	if (scratch_load(scratch, yaml, &config) != 0)
		fail_msg("%s", scratch->messages->str);
	assert_int_equal(scratch->messages->len, 0);
	return config;
}

static void test_defaults(void **state)
{
	struct dm_config *config = load(*state, SMALL);
	const struct dm_monitor_options *monitor = &config->monitor;
	const struct dm_room_options *room = &config->event.rooms[0];

	assert_true(monitor->enabled);
	assert_null(monitor->history); /* nothing says where */
	assert_false(monitor->keep_names);
	assert_int_equal(monitor->keep_events_days, 400);
	assert_int_equal(monitor->keep_minutes_days, 400);
	assert_int_equal(monitor->webhook_count, 0);
	assert_null(monitor->certificate);
	assert_null(monitor->directory);
	assert_int_equal(room->session_count, 0);
	assert_int_equal(room->backup_count, 0);
	assert_null(config->control.country_header);
	dm_config_destroy(config);
}

/* A history is kept wherever there is a folder for data. */
static void test_history(void **state)
{
	static const struct {
		const char *yaml;
		const char *history; /* beneath the scratch folder; NULL: none */
	} cases[] = {
		{ SMALL "server: {data: data}\n", "data/history.sqlite" },
		{ SMALL "server: {data: data}\nmonitor: {history: x.db}\n", "data/x.db" },
		{ SMALL "server: {data: data}\nmonitor: {history: ../x.db}\n", "x.db" },
		{ SMALL "server: {data: data}\nmonitor: {history: none}\n", NULL },
		{ SMALL "monitor: {history: none}\n", NULL },
		{ SMALL "monitor: {enabled: false}\n", NULL },
	};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct dm_config *config = load(scratch, cases[i].yaml);
		char *wanted = cases[i].history
				       ? g_build_filename(scratch->folder, cases[i].history, NULL)
				       : NULL;

		if (g_strcmp0(config->monitor.history, wanted) != 0)
			fail_msg("case %zu: %s", i, config->monitor.history);
		g_free(wanted);
		dm_config_destroy(config);
	}
}

static void test_history_absolute(void **state)
{
	struct scratch *scratch = *state;
	char *yaml = g_strdup_printf(SMALL "monitor: {history: %s/abs.db}\n", scratch->folder);
	struct dm_config *config = load(scratch, yaml);
	char *wanted = g_build_filename(scratch->folder, "abs.db", NULL);

	assert_string_equal(config->monitor.history, wanted);
	g_free(wanted);
	g_free(yaml);
	dm_config_destroy(config);
}

static void test_everything(void **state)
{
	struct scratch *scratch = *state;
	struct dm_config *config = load(
		scratch,
		SMALL "server: {data: data, tls: {certificate: cert.pem, key: key.pem},\n"
		      "  http: {country_header: CF-IPCountry}}\n"
		      "monitor:\n"
		      "  enabled: false\n"
		      "  names: kept\n"
		      "  keep: {events: 7d, minutes: 36500d}\n"
		      "  webhooks:\n"
		      "  - {url: 'https://a.example:8443/hook?x=1', secret: hook.key}\n"
		      "  - {url: http://192.0.2.7/, secret: hook.key, events: [alarms]}\n"
		      "  - {url: 'http://[::1]:1/', secret: hook.key, events: [sessions]}\n");
	const struct dm_monitor_options *monitor = &config->monitor;
	const struct dm_webhook_options *hooks = monitor->webhooks;

	assert_false(monitor->enabled);
	assert_true(monitor->keep_names);
	assert_int_equal(monitor->keep_events_days, 7);
	assert_int_equal(monitor->keep_minutes_days, 36500);
	assert_string_equal(monitor->certificate, config->control.certificate);
	assert_string_equal(monitor->directory, config->data_directory);
	assert_string_equal(config->control.country_header, "CF-IPCountry");

	assert_int_equal(monitor->webhook_count, 3);
	assert_string_equal(hooks[0].url, "https://a.example:8443/hook?x=1");
	assert_string_equal(hooks[0].secret, SECRET);
	assert_int_equal(hooks[0].secret_bytes, strlen(SECRET)); /* without the line's end */
	assert_true(hooks[0].alarms && hooks[0].sessions);
	assert_true(hooks[1].alarms && !hooks[1].sessions);
	assert_true(!hooks[2].alarms && hooks[2].sessions);
	dm_config_destroy(config);
}

static void test_sessions(void **state)
{
	struct dm_config *config = load(
		*state, "event: {id: e, title: {en: Event}}\n"
			"rooms:\n"
			"- id: r\n"
			"  title: {en: Room}\n"
			"  floor: {source: 'test:', backups: ['test:tone', hall.mp4], loop: true}\n"
			"  sessions:\n"
			"  - title: {en: Opening, ar: الافتتاح}\n"
			"    start: 2026-11-22T09:00:00+01:00\n"
			"    end: 2026-11-22T10:00:00+01:00\n"
			"  - {title: {en: Next}, start: '2026-11-22T09:00:00Z', end: "
			"'2026-11-23T09:00:00Z'}\n");
	const struct dm_room_options *room = &config->event.rooms[0];

	assert_int_equal(room->session_count, 2);
	assert_int_equal(room->sessions[0].start, 1795334400);
	assert_int_equal(room->sessions[0].end, 1795338000);
	assert_int_equal(room->sessions[0].title_count, 2);
	assert_string_equal(room->sessions[0].titles[1].text, "الافتتاح");
	assert_int_equal(room->sessions[1].start, room->sessions[0].end);
	assert_int_equal(room->sessions[1].end - room->sessions[1].start, 86400);
	assert_int_equal(room->backup_count, 2);
	assert_string_equal(room->backups[0].uri, "test:tone");
	assert_string_equal(room->backups[1].uri, "hall.mp4");
	assert_true(room->backups[1].loop);
	dm_config_destroy(config);
}

static void test_days(void **state)
{
	static const char *const bad[] = { "",    "d",   "0d",     "1",        "1h",
					   "-1d", "1dd", "36501d", "1000000d", "1.5d" };
	int32_t days = 7;

	(void)state;
	assert_true(dm_duration_parse_days("1d", &days) && days == 1);
	assert_true(dm_duration_parse_days("36500d", &days) && days == 36500);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		if (dm_duration_parse_days(bad[i], &days) || days != 36500)
			fail_msg("'%s' was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),         cmocka_unit_test(test_history),
		cmocka_unit_test(test_history_absolute), cmocka_unit_test(test_everything),
		cmocka_unit_test(test_sessions),         cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
