#include "history_file.h"
#include "monitor/pseudonym.h"

#include <errno.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static void is_the_hash_that_it_says(void **state)
{
	(void)state;
	uint8_t key[DM_PSEUDONYM_KEY_BYTES];
	char out[DM_PSEUDONYM_SIZE];

	/* printf 'wsis\0Ana' | openssl dgst -sha256 -mac hmac -macopt hexkey:0b0b…0b */
	memset(key, 0x0b, sizeof(key));
	dm_pseudonym(key, "wsis", "Ana", out);
	assert_string_equal(out, "p-0c4ced1df81b9eef");
}

static void depends_on_key_event_and_name(void **state)
{
	(void)state;
	uint8_t key[DM_PSEUDONYM_KEY_BYTES] = { 1 };
	char first[DM_PSEUDONYM_SIZE], other[DM_PSEUDONYM_SIZE];

	dm_pseudonym(key, "a", "bc", first);
	dm_pseudonym(key, "a", "bc", other);
	assert_string_equal(first, other);
	dm_pseudonym(key, "ab", "c", other);
	assert_string_not_equal(first, other);
	dm_pseudonym(key, "a", "bd", other);
	assert_string_not_equal(first, other);
	key[31] = 1;
	dm_pseudonym(key, "a", "bc", other);
	assert_string_not_equal(first, other);
}

static void key_is_made_once(void **state)
{
	const struct history_file *file = *state;
	uint8_t first[DM_PSEUDONYM_KEY_BYTES] = { 0 }, again[DM_PSEUDONYM_KEY_BYTES];
	const uint8_t zeros[DM_PSEUDONYM_KEY_BYTES] = { 0 };
	struct stat info;

	assert_int_equal(dm_pseudonym_key_load(file->key_path, first), 0);
	assert_memory_not_equal(first, zeros, sizeof(first));
	assert_int_equal(stat(file->key_path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(dm_pseudonym_key_load(file->key_path, again), 0);
	assert_memory_equal(first, again, sizeof(first));
	unlink(file->key_path);
	assert_int_equal(dm_pseudonym_key_load(file->key_path, again), 0);
	assert_memory_not_equal(first, again, sizeof(first));
}

static void key_of_another_size_is_none(void **state)
{
	const struct history_file *file = *state;
	uint8_t key[DM_PSEUDONYM_KEY_BYTES];
	char text[DM_PSEUDONYM_KEY_BYTES + 1] = "";

	assert_true(g_file_set_contents(file->key_path, text, sizeof(text), NULL));
	assert_int_equal(dm_pseudonym_key_load(file->key_path, key), -EBADMSG);
	assert_true(g_file_set_contents(file->key_path, text, 0, NULL));
	assert_int_equal(dm_pseudonym_key_load(file->key_path, key), -EBADMSG);
	assert_int_equal(dm_pseudonym_key_load("/nowhere/at/all.key", key), -ENOENT);
}

#define WITH_FILE(test) \
	cmocka_unit_test_setup_teardown(test, history_file_setup, history_file_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_hash_that_it_says),
		cmocka_unit_test(depends_on_key_event_and_name),
		WITH_FILE(key_is_made_once),
		WITH_FILE(key_of_another_size_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
