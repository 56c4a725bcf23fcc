/* tests/unit/monitor/history_file.h
 *
 * A folder for one test's history, questions to its file in SQL, and a disk that can be full.
 */
#ifndef DM_TESTS_HISTORY_FILE_H
#define DM_TESTS_HISTORY_FILE_H

#include <stdint.h>

struct history_file {
	char folder[64];
	char path[96];
	char key_path[104];
};

void history_file_init(struct history_file *file);
void history_file_finish(struct history_file *file); /* removes the folder and all in it */

/* A test's setup and teardown, whose state is a struct history_file. */
int history_file_setup(void **state);
int history_file_teardown(void **state);

/* The number that a query answers with; fails the test when there is none. */
int64_t history_file_number(const struct history_file *file, const char *sql);

/* The first text that a query answers with, "" for none; borrowed until the next call. */
const char *history_file_text(const struct history_file *file, const char *sql);

/* Runs SQL, as another program would. */
void history_file_run(const struct history_file *file, const char *sql);

/* What writes to files that were opened by the VFS "test_disk" do. */
enum test_disk { TEST_DISK_FINE, TEST_DISK_FULL, TEST_DISK_BROKEN };

#define TEST_DISK_VFS "test_disk"

/* Registers the VFS the first time. */
void test_disk_set(enum test_disk disk);

#endif
