/* What the options hold: the defaults, and each key where it belongs. */
#include "scratch.h"

#include "../control/token_vectors.h"
#include "config/duration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define SECRET "0123456789abcdef0123456789abcdef"

static int setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	scratch_init(scratch);
	scratch_write(scratch, "tls/cert.pem", "-----BEGIN CERTIFICATE-----");
	scratch_write(scratch, "tls/key.pem", "-----BEGIN PRIVATE KEY-----");
	scratch_write(scratch, "token.key", SECRET "\r\n");
	scratch_protect(scratch, "token.key");
	scratch_write(scratch, "revoked", "# ids\n\n one # lost phone\r\ntwo\n");
	scratch_write(scratch, "media/hall one.mp4", "x");
	scratch_write(scratch, "pages/index.html", "x");
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

#define SMALL                                  \
	"event: {id: e, title: {en: Event}}\n" \
	"rooms:\n"                             \
	"- id: r\n"                            \
	"  title: {en: Room}\n"                \
	"  floor: {source: 'test:'}\n"         \
	"  channels: [{language: fr}]\n"

static void test_defaults(void **state)
{
	struct scratch *scratch = *state;
	struct dm_config *config = load(scratch, SMALL);
	const struct dm_room_options *room = &config->event.rooms[0];

	assert_string_equal(config->event.id, "e");
	assert_int_equal(config->event.room_count, 1);
	assert_string_equal(room->floor.uri, "test:");
	assert_false(room->floor.loop);
	assert_string_equal(room->floor_language, "mul");
	assert_int_equal(room->floor_bitrate_bps, 64000);
	assert_int_equal(room->channel_bitrate_bps, 64000);
	assert_int_equal(room->picture.frame_rate, 25);
	assert_false(room->picture.slides);
	assert_int_equal(room->picture.ladder_count, 3);
	assert_int_equal(room->picture.ladder[0].width, 1280);
	assert_int_equal(room->picture.ladder[2].bitrate_bps, 150000);
	assert_int_equal(room->sign.ladder_count, 0);
	assert_null(room->sign.source.uri);
	assert_int_equal(room->channel_count, 1);
	assert_string_equal(room->channels[0].lang, "fr");
	assert_null(room->channels[0].source.uri);
	assert_int_equal(room->channels[0].bitrate_bps, 64000);
	assert_int_equal(room->channels[0].fallback, DM_FALLBACK_FLOOR);
	assert_int_equal(room->booth_count, 1);
	assert_string_equal(room->booths[0].id, room->channels[0].lang);
	assert_int_equal(room->booths[0].outputs[0], 1);
	assert_int_equal(room->booths[0].outputs[1], 0);
	assert_int_equal(room->booths[0].takes.count + room->booths[0].pivot_count, 0);
	assert_int_equal(room->relay_depth_max, 2);
	assert_int_equal(room->shift, DM_SEC(30 * 60));
	assert_int_equal(room->ramp, DM_MSEC(300));
	assert_true(room->loudness_lufs == -23);

	assert_null(config->control.address);
	assert_int_equal(config->control.port, 8080);
	assert_null(config->control.certificate);
	assert_null(config->control.private_key);
	assert_null(config->control.web_root);
	assert_null(config->transport.address);
	assert_int_equal(config->transport.announced_count, 0);
	assert_int_equal(config->transport.first_port, 7000);
	assert_int_equal(config->transport.workers, 0);
	assert_int_equal(config->transport.sender, DM_TRANSPORT_UDP);
	assert_string_equal(config->ingest.directory, scratch->folder);
	assert_int_equal(config->log_level, DM_LOG_INFO);
	assert_int_equal(config->log_format, DM_LOG_KEY_VALUE);
	assert_null(config->data_directory);
	assert_int_equal(config->control.security.algorithm, DM_TOKEN_ALGORITHM_NONE);
	assert_int_equal(config->control.security.metrics, DM_METRICS_PUBLIC);
	assert_int_equal(config->control.security.lifetime_seconds, 8 * 3600);
	assert_int_equal(config->control.security.revoked_count, 0);
	assert_false(config->control.security.closed);
	dm_config_destroy(config);
}

static const char everything[] =
	"event:\n"
	"  id: everything-1\n"
	"  title: {en: \"Every: thing\", ar: كل شيء, zh-Hant: 一切}\n"
	"server:\n"
	"  http: {address: '::1', port: 0, web: pages}\n"
	"  tls: {certificate: tls/cert.pem, key: tls/key.pem}\n"
	"  media:\n"
	"    address: 192.0.2.1\n"
	"    announced: [198.51.100.7, '2001:db8::7']\n"
	"    port: 65533\n"
	"    workers: 3\n"
	"    sender: xdp\n"
	"  log: {level: debug, format: json}\n"
	"  data: .\n"
	"security: {secret: token.key, algorithm: HS256, issuer: https://a, audience: b,\n"
	"  token_lifetime: 90m, revoked: revoked, metrics: token, anonymous: false}\n"
	"monitor: {history: kept.sqlite, names: kept, keep: {events: 9d, minutes: 99d}, webhooks:\n"
	"  [{url: 'https://192.0.2.9/', secret: token.key, events: [alarms, sessions]}]}\n"
	"rooms:\n"
	"- id: hall-1\n"
	"  title: {fr: Salle}\n"
	"  floor: {source: 'file:media/hall%20one.mp4', language: fr-CH, loop: true, bitrate: 96k,\n"
	"          backups: ['test:', media/hall one.mp4]}\n"
	"  video:\n"
	"    frame_rate: 30\n"
	"    slides: true\n"
	"    ladder:\n"
	"    - {width: 1920, height: 1080, bitrate: 4M}\n"
	"    - {width: 960, height: 540, bitrate: 900000}\n"
	"  sign: {source: media/hall one.mp4, loop: true, frame_rate: 50,\n"
	"         ladder: [{width: 480, height: 480, bitrate: 0.4M}]}\n"
	"  channels:\n"
	"  - {language: pt-BR, source: 'test:tone?hz=500', bitrate: 32k, booths: 2, fallback: "
	"silence}\n"
	"  - {language: ils, fallback: floor, booths: 0}\n"
	"  - {language: en, fallback: PT-BR}\n"
	"  booths:\n"
	"  - {id: english, languages: [EN, pt-BR], takes: [pt, es, es-MX], pivots: [pt-br]}\n"
	"  interpretation: {relay_depth: 1, shift: 25m, loudness: -18.5, ramp: 1s}\n"
	"- {id: '2', title: {en: Two}, floor: {source: 'whip:'}, video: {ladder: []},\n"
	"   sessions: [{title: {en: A}, start: 2026-11-22T09:00:00Z, end: 2026-11-22T10:00:00Z}],\n"
	"   interpretation: {loudness: off}}\n";

static void test_rooms(void **state)
{
	struct dm_config *config = load(*state, everything);
	const struct dm_room_options *room = &config->event.rooms[0];

	assert_string_equal(config->event.id, "everything-1");
	assert_int_equal(config->event.title_count, 3);
	assert_string_equal(config->event.titles[0].text, "Every: thing");
	assert_string_equal(config->event.titles[1].lang, "ar");
	assert_string_equal(config->event.titles[1].text, "كل شيء");
	assert_string_equal(config->event.titles[2].lang, "zh-Hant");

	assert_int_equal(room->title_count, 1);
	assert_string_equal(room->titles[0].text, "Salle");
	assert_string_equal(room->floor.uri, "file:media/hall%20one.mp4");
	assert_true(room->floor.loop);
	assert_string_equal(room->floor_language, "fr-CH");
	assert_int_equal(room->floor_bitrate_bps, 96000);
	assert_int_equal(room->picture.frame_rate, 30);
	assert_true(room->picture.slides);
	assert_int_equal(room->picture.ladder_count, 2);
	assert_int_equal(room->picture.ladder[0].height, 1080);
	assert_int_equal(room->picture.ladder[1].bitrate_bps, 900000);
	assert_string_equal(room->sign.source.uri, "media/hall one.mp4");
	assert_true(room->sign.source.loop);
	assert_int_equal(room->sign.frame_rate, 50);
	assert_int_equal(room->sign.ladder[0].bitrate_bps, 400000);
	assert_string_equal(room->channels[0].source.uri, "test:tone?hz=500");
	assert_int_equal(room->channels[0].bitrate_bps, 32000);
	assert_int_equal(room->channels[0].fallback, DM_FALLBACK_SILENCE);
	assert_string_equal(room->channels[1].lang, "ils");
	assert_int_equal(room->channels[2].fallback, DM_FALLBACK_CHANNEL);
	assert_int_equal(room->channels[2].fallback_channel, 1);
	assert_true(config->event.rooms[1].floor.whip && !room->floor.whip);
	assert_int_equal(config->event.rooms[1].picture.ladder_count, 0);
	assert_int_equal(config->event.rooms[1].channel_count, 0);
	dm_config_destroy(config);
}

/* Those that are listed come first; a channel that one of them speaks into has none by itself. */
static void test_booths(void **state)
{
	struct dm_config *config = load(*state, everything);
	const struct dm_room_options *room = &config->event.rooms[0];
	const struct dm_booth_options *booth = &room->booths[0];

	assert_int_equal(room->booth_count, 3);
	assert_string_equal(booth->id, "english");
	assert_int_equal(booth->outputs[0], 3);
	assert_int_equal(booth->outputs[1], 1);
	assert_int_equal(booth->takes.count, 3);
	assert_string_equal(booth->takes.tags[2], "es-MX");
	assert_int_equal(booth->pivot_count, 1);
	assert_int_equal(booth->pivots[0], 1);
	assert_string_equal(room->booths[1].id, "pt-br");
	assert_int_equal(room->booths[1].outputs[0], 1);
	assert_string_equal(room->booths[2].id, "pt-br-2");
	assert_int_equal(room->relay_depth_max, 1);
	assert_int_equal(room->shift, DM_SEC(25 * 60));
	assert_int_equal(room->ramp, DM_SEC(1));
	assert_true(room->loudness_lufs == -18.5);
	assert_true(config->event.rooms[1].loudness_lufs == 0);
	assert_int_equal(config->event.rooms[1].booth_count, 0);
	dm_config_destroy(config);
}

static void test_server(void **state)
{
	struct scratch *scratch = *state;
	struct dm_config *config = load(scratch, everything);
	char *certificate = g_build_filename(scratch->folder, "tls/cert.pem", NULL);
	char *pages = g_build_filename(scratch->folder, "pages", NULL);

	assert_string_equal(config->control.address, "::1");
	assert_int_equal(config->control.port, 0);
	assert_string_equal(config->control.web_root, pages);
	assert_string_equal(config->control.certificate, certificate);
	assert_non_null(config->control.private_key);
	assert_string_equal(config->transport.address, "192.0.2.1");
	assert_int_equal(config->transport.announced_count, 2);
	assert_string_equal(config->transport.announced[1], "2001:db8::7");
	assert_int_equal(config->transport.first_port, 65533);
	assert_int_equal(config->transport.workers, 3);
	assert_int_equal(config->transport.sender, DM_TRANSPORT_XDP);
	assert_int_equal(config->log_level, DM_LOG_DEBUG);
	assert_int_equal(config->log_format, DM_LOG_JSON);
	assert_string_equal(config->data_directory, scratch->folder);
	g_free(pages);
	g_free(certificate);
	dm_config_destroy(config);
}

static void test_security(void **state)
{
	struct scratch *scratch = *state;
	struct dm_config *config = load(scratch, everything);
	const struct dm_security_options *security = &config->control.security;

	assert_int_equal(security->algorithm, DM_TOKEN_HS256);
	assert_int_equal(security->key_bytes, strlen(SECRET)); /* without the end of its line */
	assert_string_equal(security->key, SECRET);
	assert_string_equal(security->issuer, "https://a");
	assert_string_equal(security->audience, "b");
	assert_int_equal(security->lifetime_seconds, 90 * 60);
	assert_int_equal(security->metrics, DM_METRICS_TOKEN);
	assert_true(security->closed);
	assert_int_equal(security->revoked_count, 2);
	assert_string_equal(security->revoked[0], "one");
	assert_string_equal(security->revoked[1], "two");
	dm_config_destroy(config);
}

/* With a key, metrics are for this machine; the list is looked for among the relay's data. */
static void test_security_defaults(void **state)
{
	struct scratch *scratch = *state;

	scratch_write(scratch, "data/revoked-tokens", "three\n");

	struct dm_config *config = load(scratch, SMALL "security: {secret: token.key}\n"
						       "server: {data: data}\n");

	assert_int_equal(config->control.security.metrics, DM_METRICS_LOCAL);
	assert_false(config->control.security.closed);
	assert_int_equal(config->control.security.revoked_count, 1);
	assert_string_equal(config->control.security.revoked[0], "three");
	dm_config_destroy(config);
}

static void test_public_keys(void **state)
{
	static const struct {
		const char *key;
		enum dm_token_algorithm algorithm;
	} keys[] = { { RFC_RS256_KEY, DM_TOKEN_RS256 }, { RFC_ES256_KEY, DM_TOKEN_ES256 } };
	struct scratch *scratch = *state;

	for (size_t i = 0; i < 2; i++) {
		scratch_write(scratch, "issuer.pem", keys[i].key);

		struct dm_config *config = load(scratch,
						SMALL "security: {public_key: issuer.pem}\n");

		assert_int_equal(config->control.security.algorithm, keys[i].algorithm);
		assert_string_equal(config->control.security.key, keys[i].key);
		dm_config_destroy(config);
	}
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		uint32_t seconds;
	} good[] = {
		{ "1s", 1 }, { "90s", 90 }, { "30m", 1800 }, { "8h", 28800 }, { "366d", 31622400 }
	};
	static const char *const bad[] = { "",    "8",  "h",    "0h",   "8H",       "8 h",    "8hh",
					   "-1h", "1w", "1.5h", "367d", "9999999s", "999999h" };
	uint32_t seconds = 7;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		assert_true(dm_duration_parse(good[i].text, &seconds));
		assert_int_equal(seconds, good[i].seconds);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_false(dm_duration_parse(bad[i], &seconds));
}

/* A key with nothing behind it is a key left out: lines are commented out beneath it. */
static void test_null_is_not_given(void **state)
{
	struct dm_config *config = load(*state, SMALL "  sign:\n"
						      "  video:\n"
						      "security:\n"
						      "server:\n"
						      "  http:\n"
						      "    port: ~\n"
						      "  media: null\n");

	assert_int_equal(config->control.port, 8080);
	assert_int_equal(config->event.rooms[0].sign.ladder_count, 0);
	assert_int_equal(config->event.rooms[0].picture.ladder_count, 3);
	dm_config_destroy(config);
}

/* Anchors and aliases save repetition. */
static void test_aliases(void **state)
{
	struct dm_config *config = load(*state,
					SMALL "  video: &video\n"
					      "    ladder: [{width: 64, height: 64, bitrate: 1M}]\n"
					      "- id: s\n"
					      "  title: {en: Second}\n"
					      "  floor: {source: 'test:'}\n"
					      "  video: *video\n");

	assert_int_equal(config->event.rooms[1].picture.ladder_count, 1);
	assert_int_equal(config->event.rooms[1].picture.ladder[0].bitrate_bps, 1000000);
	dm_config_destroy(config);
}

static void collect(void *user, const char *key)
{
	g_string_append_printf(user, "%s ", key);
}

static void test_compare(void **state)
{
	struct dm_config *before = load(*state, SMALL);
	struct dm_config *same = load(*state, "# another comment\n" SMALL);
	struct dm_config *after = load(*state, "event: {title: {fr: Forum}, id: e}\n"
					       "server: {http: {port: 81}}\n"
					       "rooms:\n"
					       "- id: r\n"
					       "  title: {en: Room}\n"
					       "  floor: {source: 'test:tone'}\n");
	GString *keys = g_string_new(NULL);

	assert_int_equal(dm_config_compare(before, same, collect, keys), 0);
	assert_string_equal(keys->str, "");
	assert_int_equal(dm_config_compare(before, after, collect, keys), 9);
	assert_string_equal(
		keys->str,
		"event.title.fr server server.http server.http.port rooms[0].floor.source "
		"event.title.en rooms[0].channels rooms[0].channels[0] "
		"rooms[0].channels[0].language ");
	g_string_free(keys, TRUE);
	dm_config_destroy(after);
	dm_config_destroy(same);
	dm_config_destroy(before);
}

static void ignore(void *user, const char *message)
{
	(void)user;
	(void)message;
}

/* Every beginning of a good file is read to its end or refused, and nothing worse. */
static void test_cut_short(void **state)
{
	struct scratch *scratch = *state;

	for (size_t bytes = 0; bytes < sizeof(everything); bytes += 7) {
		char *text = g_strndup(everything, bytes);
		struct dm_config *config;

		scratch_write(scratch, "event.yaml", text);
		if (dm_config_load(&config, scratch->file, ignore, NULL) == 0)
			dm_config_destroy(config);
		else
			assert_null(config);
		g_free(text);
	}
}

/* One byte changed, anywhere: the same. */
static void test_damaged(void **state)
{
	static const char bytes[] = { '\0', '\n', ' ', ':', '-',    '{',
				      ']',  '&',  '*', '"', '\xff', '0' };
	struct scratch *scratch = *state;
	unsigned turn = 0;

	for (size_t at = 0; at < sizeof(everything) - 1; at += 3) {
		char *text = g_memdup2(everything, sizeof(everything));
		struct dm_config *config;

		text[at] = bytes[turn++ % sizeof(bytes)];
		g_file_set_contents(scratch->file, text, sizeof(everything) - 1, NULL);
		if (dm_config_load(&config, scratch->file, ignore, NULL) == 0)
			dm_config_destroy(config);
		g_free(text);
	}
}

static void test_destroy_null(void **state)
{
	(void)state;
	dm_config_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_booths),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_null_is_not_given),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_destroy_null),
		cmocka_unit_test(test_security),
		cmocka_unit_test(test_security_defaults),
		cmocka_unit_test(test_public_keys),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
