/* tests/unit/control/json_writer.c: JSON as text, read back by jansson; and sources without their
 * secrets. */
#include "control/json_writer.h"

#include "control/source_label.h"

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What one value is written as. */
static void expect(struct dm_json_writer *writer, const char *text)
{
	assert_string_equal(writer->text->str, text);
	dm_json_writer_clear(writer);
}

static void expect_number(double value, unsigned decimals, const char *text)
{
	struct dm_json_writer writer;

	dm_json_writer_init(&writer);
	dm_json_number(&writer, NULL, value, decimals);
	expect(&writer, text);
}

static void test_numbers(void **state)
{
	(void)state;
	expect_number(0, 1, "0.0");
	expect_number(-0.04, 1, "0.0"); /* not -0.0 */
	expect_number(-0.05, 1, "-0.1");
	expect_number(-23.04, 1, "-23.0");
	expect_number(1.005, 3, "1.005");
	expect_number(0.9996, 3, "1.000");
	expect_number(1800000000.125, 3, "1800000000.125");
	expect_number(2100000.4, 0, "2100000");
	expect_number(0.000001, 6, "0.000001");
	expect_number(NAN, 1, "null");
	expect_number(HUGE_VAL, 1, "null");
	expect_number(-HUGE_VAL, 1, "null");
	expect_number(1e300, 0, "null");
}

static void expect_whole(int64_t value, const char *text)
{
	struct dm_json_writer writer;

	dm_json_writer_init(&writer);
	dm_json_whole(&writer, NULL, value);
	expect(&writer, text);
}

static void test_whole(void **state)
{
	(void)state;
	expect_whole(0, "0");
	expect_whole(-7, "-7");
	expect_whole(INT64_MAX, "9223372036854775807");
	expect_whole(INT64_MIN, "-9223372036854775808");
}

static void test_texts(void **state)
{
	static const char *const texts[] = { "",       "fr",       "a\"b\\c",  "line\nbreak\x01",
					     "ترجمان", "\xff\xfe", "cut \xd8", "\xed\xa0\x80" };

	(void)state;
	for (size_t n = 0; n < G_N_ELEMENTS(texts); n++) {
		struct dm_json_writer writer;
		json_t *json;

		dm_json_writer_init(&writer);
		dm_json_text_value(&writer, NULL, texts[n]);
		json = json_loads(writer.text->str, JSON_DECODE_ANY, NULL);
		assert_non_null(json);
		if (g_utf8_validate(texts[n], -1, NULL))
			assert_string_equal(json_string_value(json), texts[n]);
		json_decref(json);
		dm_json_writer_clear(&writer);
	}
}

static void test_structure(void **state)
{
	struct dm_json_writer writer;
	GBytes *text;

	(void)state;
	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_open(&writer, "empty", '[');
	dm_json_close(&writer, ']');
	dm_json_open(&writer, "list", '[');
	dm_json_whole(&writer, NULL, 1);
	dm_json_null(&writer, NULL);
	dm_json_open(&writer, NULL, '{');
	dm_json_close(&writer, '}');
	dm_json_truth(&writer, NULL, false);
	dm_json_close(&writer, ']');
	dm_json_text_value(&writer, "none", NULL);
	dm_json_raw(&writer, "raw", "{\"a\":1}", 7);
	dm_json_close(&writer, '}');
	text = dm_json_writer_take(&writer);
	assert_memory_equal(g_bytes_get_data(text, NULL),
			    "{\"empty\":[],\"list\":[1,null,{},false],\"none\":null,"
			    "\"raw\":{\"a\":1}}",
			    g_bytes_get_size(text));
	g_bytes_unref(text);
	dm_json_writer_clear(&writer); /* taken: nothing is left */
}

static void test_source_labels(void **state)
{
	static const struct {
		const char *uri, *label;
	} cases[] = {
		{ NULL, "" },
		{ "test:", "test:" },
		{ "/srv/hall.mp4", "/srv/hall.mp4" },
		{ "rtsp://camera/live", "rtsp://camera/live" },
		{ "rtsp://user:pass@camera:554/live", "rtsp://camera:554/live" },
		{ "rtsp://user:p@ss@camera/live", "rtsp://camera/live" },
		{ "rtsp://camera/a@b", "rtsp://camera/a@b" },
		{ "srt://hall:9000?passphrase=secret&mode=caller", "srt://hall:9000" },
		{ "rtmp://host/app/streamkey", "rtmp://host/app" },
		{ "rtmps://u:p@host/streamkey?x", "rtmps://host" },
		{ "rtmp://host", "rtmp://host" },
	};

	(void)state;
	for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
		char label[64];

		dm_source_label(cases[n].uri, label, sizeof(label));
		assert_string_equal(label, cases[n].label);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),       cmocka_unit_test(test_whole),
		cmocka_unit_test(test_texts),         cmocka_unit_test(test_structure),
		cmocka_unit_test(test_source_labels),
	};

	setlocale(LC_ALL, "de_DE.UTF-8"); /* whose decimal sign is a comma, where it is installed */
	return cmocka_run_group_tests_name("control/json_writer", tests, NULL, NULL);
}
