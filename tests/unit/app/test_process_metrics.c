#include "app/process_metrics.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The value of the sample, or -1. */
static double value_of(struct dm_metrics *metrics, const char *sample)
{
	char *text = dm_metrics_render(metrics, NULL);
	const size_t length = strlen(sample);
	double value = -1;

	assert_non_null(text);
	for (char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		if (strncmp(line, sample, length) == 0 && line[length] == ' ')
			value = strtod(line + length, NULL);
	}
	free(text);
	return value;
}

static void test_samples(void **state)
{
	struct dm_metrics *metrics;
	struct dm_process_metrics *process;

	(void)state;
	assert_int_equal(dm_metrics_create(&metrics), 0);
	assert_int_equal(dm_process_metrics_create(&process, metrics), 0);
	assert_true(value_of(metrics, "dragoman_build_info{version=\"" DM_VERSION "\"}") == 1);
	assert_true(value_of(metrics, "process_start_time_seconds") > 1.7e9); /* 2023 */
	assert_true(value_of(metrics, "process_cpu_seconds_total") >= 0);
	assert_true(value_of(metrics, "process_resident_memory_bytes") > 1e5);
	assert_true(value_of(metrics, "process_virtual_memory_bytes") >
		    value_of(metrics, "process_resident_memory_bytes"));
	assert_true(value_of(metrics, "process_max_fds") > 0);

	const double before = value_of(metrics, "process_open_fds");
	const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(file >= 0 && before >= 0);
	dm_process_metrics_sample(process);
	assert_true(value_of(metrics, "process_open_fds") == before + 1);
	close(file);

	dm_process_metrics_destroy(process);
	assert_true(value_of(metrics, "process_open_fds") == -1);
	dm_metrics_destroy(metrics);
	dm_process_metrics_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
