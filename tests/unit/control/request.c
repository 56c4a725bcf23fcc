/* tests/unit/control/request.c: paths, entity tags, media types. */
#include "control/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct dm_path path;

static bool parse(const char *text)
{
	return dm_path_parse(&path, text, strlen(text));
}

static void test_paths(void **state)
{
	(void)state;
	assert_true(parse("/"));
	assert_int_equal(path.count, 0);
	assert_true(path.directory);
	assert_true(parse("/whep/plenary/0a1b/select"));
	assert_int_equal(path.count, 4);
	assert_string_equal(path.segments[0], "whep");
	assert_string_equal(path.segments[3], "select");
	assert_false(path.directory);
	assert_true(parse("/js/main.min.js"));
	assert_true(parse("/a/"));
	assert_true(path.directory);
	assert_int_equal(path.count, 1);
	assert_true(parse("/1/2/3/4/5/6/7/8"));
}

static void test_paths_that_are_none(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"a/b",
		"//",
		"/a//b",
		"/..",
		"/../etc/passwd",
		"/a/../b",
		"/.",
		"/a/.",
		"/.git/config",
		"/a b",
		"/a%2fb",
		"/a\\b",
		"/a\nb",
		"/caf\xc3\xa9",
		"/a?b",
		"/a;b",
		"/a:b",
		"/1/2/3/4/5/6/7/8/9",
		"/~root/../x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i]))
			fail_msg("was taken: %s", bad[i]);
	}
	assert_false(dm_path_parse(&path, "/a\0b", 4));

	char text[DM_REQUEST_PATH_MAX + 2];

	memset(text, 'a', sizeof(text));
	text[0] = '/';
	assert_true(dm_path_parse(&path, text, DM_REQUEST_PATH_MAX));
	assert_false(dm_path_parse(&path, text, DM_REQUEST_PATH_MAX + 1));
}

static void test_etags(void **state)
{
	(void)state;
	assert_true(dm_etag_listed("\"a\"", "\"a\"", false));
	assert_true(dm_etag_listed("\"b\" , \"a\"", "\"a\"", false));
	assert_true(dm_etag_listed(" * ", "\"a\"", false));
	assert_true(dm_etag_listed("\"*\"", "\"a\"", false));
	assert_false(dm_etag_listed("\"b\"", "\"a\"", false));
	assert_false(dm_etag_listed("a", "\"a\"", false));
	assert_false(dm_etag_listed("", "\"a\"", false));
	assert_false(dm_etag_listed("W/\"a\"", "\"a\"", false));
	assert_true(dm_etag_listed("W/\"a\"", "\"a\"", true));
	assert_false(dm_etag_listed(",,, ,", "\"a\"", true));
}

static bool accepts(const char *accept)
{
	const struct dm_request request = { .accept = accept };

	return dm_request_accepts(&request, "application/sdp");
}

static void test_accept(void **state)
{
	(void)state;
	assert_true(accepts(""));
	assert_true(accepts("*/*"));
	assert_true(accepts("application/sdp"));
	assert_true(accepts("text/html, Application/SDP;q=0.5"));
	assert_true(accepts("application/*"));
	assert_true(accepts("text/plain;q=0.1,*/*;q=0.01"));
	assert_false(accepts("text/html"));
	assert_false(accepts("text/*"));
	assert_false(accepts("application/sdp;q=0"));
	assert_false(accepts("application/sdp;q=0.000"));
	assert_false(accepts("application/sdpx"));
	assert_false(accepts("*"));
	assert_false(accepts(","));
}

static bool content_is(const char *type)
{
	const struct dm_request request = { .content_type = type };

	return dm_request_content_is(&request, "application/json");
}

static void test_content_type(void **state)
{
	(void)state;
	assert_true(content_is("application/json"));
	assert_true(content_is("APPLICATION/json; charset=utf-8"));
	assert_true(content_is(" application/json;"));
	assert_false(content_is(""));
	assert_false(content_is("application/jsonp"));
	assert_false(content_is("application/js"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),        cmocka_unit_test(test_paths_that_are_none),
		cmocka_unit_test(test_etags),        cmocka_unit_test(test_accept),
		cmocka_unit_test(test_content_type),
	};

	return cmocka_run_group_tests_name("control/request", tests, NULL, NULL);
}
