/* The last entries, newest first, and what happens to what is too long. */
#include "monitor/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static int told;

static void on_entry(void *user, const struct dm_history_event *entry)
{
	assert_ptr_equal(user, &told);
	assert_string_not_equal(entry->kind, "");
	told++;
}

static void the_newest_comes_first(void **state)
{
	struct dm_journal *journal;
	char who[16];

	(void)state;
	assert_int_equal(dm_journal_create(&journal, NULL, on_entry, &told), 0);
	assert_null(dm_journal_entry(journal, 0));
	for (int n = 0; n < DM_JOURNAL_ENTRIES + 3; n++) {
		snprintf(who, sizeof(who), "%d", n);
		dm_journal_record(journal, n, "seated", "hall", "fr", who, NULL);
		assert_string_equal(dm_journal_entry(journal, 0)->who, who);
	}
	assert_int_equal(told, DM_JOURNAL_ENTRIES + 3);
	assert_string_equal(dm_journal_entry(journal, DM_JOURNAL_ENTRIES - 1)->who, "3");
	assert_null(dm_journal_entry(journal, DM_JOURNAL_ENTRIES));
	dm_journal_destroy(journal);
}

static void what_is_too_long_is_cut_between_characters(void **state)
{
	struct dm_journal *journal;
	char name[2 * DM_HISTORY_WHO_SIZE] = "x";
	char detail[2 * DM_HISTORY_DETAIL_SIZE];
	const struct dm_history_event *entry;

	(void)state;
	while (strlen(name) + 2 < sizeof(name))
		strcat(name, "é"); /* two bytes each, from the second on */
	memset(detail, ' ', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = '\0';
	assert_int_equal(dm_journal_create(&journal, NULL, NULL, NULL), 0);
	dm_journal_record(journal, 0, "seated", NULL, NULL, name, detail);
	entry = dm_journal_entry(journal, 0);
	assert_int_equal(strlen(entry->who), DM_HISTORY_WHO_SIZE - 1);
	assert_int_equal(strncmp(entry->who, name, strlen(entry->who)), 0);
	assert_string_equal(entry->detail, ""); /* half a JSON value is none */
	assert_string_equal(entry->room, "");
	name[0] = 'e'; /* now the cut falls into a character */
	memmove(name + 2, name + 1, strlen(name + 1) - 1);
	name[1] = 'x';
	dm_journal_record(journal, 0, "seated", NULL, NULL, name, NULL);
	assert_int_equal(strlen(dm_journal_entry(journal, 0)->who), DM_HISTORY_WHO_SIZE - 2);
	dm_journal_destroy(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_comes_first),
		cmocka_unit_test(what_is_too_long_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
