/* Every kind of mistake, and word for word what the person who made it is told. */
#include "scratch.h"

#include "../control/token_vectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define EVENT "event: {id: forum, title: {en: Forum}}\n"
#define ROOM  "rooms:\n- id: plenary\n  title: {en: Plenary}\n  floor: {source: 'test:'}\n"

struct mistake {
	const char *name;
	const char *yaml;
	const char *told; /* all lines; each after "@/event.yaml:" */
};

static const struct mistake mistakes[] = {
#include "mistakes.inc"
};

#define SECRET "0123456789abcdef0123456789abcdef"

static const char rsa1024[] = "-----BEGIN PUBLIC KEY-----\n"
			      "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCwKLIhrDxH4IfPhsaK76qyZe8T\n"
			      "DHVy33iRdHooXiyhhvnKlXbjFJyYIYi5Q1tO3gxSH89wKcAkt/Y7P+zP1Qi7rg8T\n"
			      "d/B38cFyi/gCeXu2iRRuePYtIkRErAE5xnbpZLiw/NMnzwsVNNo9B/YXVpEnT9Zo\n"
			      "UebNh9b8BNoTX+guKwIDAQAB\n"
			      "-----END PUBLIC KEY-----\n";

static int setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	scratch_init(scratch);
	scratch_write(scratch, "present.pem", "-----BEGIN CERTIFICATE-----");
	scratch_write(scratch, "key.pem", "-----BEGIN EC PRIVATE KEY-----");
	scratch_write(scratch, "folder/page.html", "x");
	scratch_write(scratch, "open.key", SECRET);
	scratch_write(scratch, "good.key", SECRET);
	scratch_protect(scratch, "good.key");
	scratch_write(scratch, "short.key", "0123456789abcdef0123456789abcde\n");
	scratch_protect(scratch, "short.key");
	scratch_write(scratch, "es256.pem", RFC_ES256_KEY);
	scratch_write(scratch, "es256-private.pem", RFC_ES256_PRIVATE_KEY);
	scratch_write(scratch, "rsa1024.pem", rsa1024);
	scratch_write(scratch, "revoked", "one\n# two\nthree four\n");
	*state = scratch;
	return 0;
}

static void test_mistakes(void **state)
{
	struct scratch *scratch = *state;
	int failures = 0;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct dm_config *config = (void *)scratch;
		const int error = scratch_load(scratch, mistakes[i].yaml, &config);

		g_string_replace(scratch->messages, "@/event.yaml:", "", 0);
		if (error != -EINVAL || config ||
		    strcmp(scratch->messages->str, mistakes[i].told) != 0) {
			print_error("%s: %d\n--- expected\n%s--- told\n%s", mistakes[i].name, error,
				    mistakes[i].told, scratch->messages->str);
			failures++;
		}
	}
	assert_int_equal(failures, 0);
}

/* What is wrong with a source is ingest's to say; where, is ours; and its password is nobody's. */
static void test_sources(void **state)
{
	static const char *const sources[] = { "ftp://192.0.2.1/a", "srt://192.0.2.1", "whop:",
					       "srt://192.0.2.1:99999?passphrase=verysecretword",
					       "rtsp://user:verysecretword@:0/x" };
	struct scratch *scratch = *state;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		char *yaml = g_strdup_printf(
			EVENT ROOM "  channels:\n  - language: fr\n    source: '%s'\n", sources[i]);
		struct dm_config *config;

		assert_int_equal(scratch_load(scratch, yaml, &config), -EINVAL);
		if (!g_str_has_prefix(scratch->messages->str,
				      "@/event.yaml:8: rooms[0].channels[0].source: "))
			fail_msg("%s", scratch->messages->str);
		assert_null(strstr(scratch->messages->str, "verysecretword"));
		g_free(yaml);
	}
}

static void test_unreadable(void **state)
{
	struct scratch *scratch = *state;
	struct dm_config *config;

	assert_int_equal(scratch_load_file(scratch, "none.yaml", &config), -ENOENT);
	assert_string_equal(
		scratch->messages->str,
		"@/none.yaml: cannot be read: No such file or directory; name the event's YAML file\n");
	assert_null(config);

	assert_int_equal(scratch_load_file(scratch, ".", &config), -EINVAL);
	assert_string_equal(scratch->messages->str,
			    "@/.: cannot be read: Is a directory; name the event's YAML file\n");

	char *large = g_strnfill((1 << 20) + 1, '#');

	assert_int_equal(scratch_load(scratch, large, &config), -EINVAL);
	assert_string_equal(
		scratch->messages->str,
		"@/event.yaml: cannot be read: File too large; name the event's YAML file\n");
	g_free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
