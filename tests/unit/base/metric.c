#include "base/metric.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct dm_metrics *create(void)
{
	struct dm_metrics *metrics;

	assert_int_equal(dm_metrics_create(&metrics), 0);
	return metrics;
}

static void assert_renders(const struct dm_metrics *metrics, const char *expected)
{
	size_t bytes;
	char *text = dm_metrics_render(metrics, &bytes);

	assert_non_null(text);
	assert_string_equal(text, expected);
	assert_int_equal(bytes, strlen(expected));
	free(text);
}

static void renders_nothing_as_an_empty_text(void **state)
{
	(void)state;
	struct dm_metrics *metrics = create();

	assert_renders(metrics, "");
	dm_metrics_destroy(metrics);
	dm_metrics_destroy(NULL);
}

/* Samples of one name stand together however they were added: the format demands it. */
static void groups_samples_by_name(void **state)
{
	(void)state;
	struct dm_metrics *metrics = create();
	struct dm_metric values[4] = { 0 };

	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_COUNTER, "dm_sent_total", "Sent.",
					"worker=\"0\"", &values[0], 1),
			 0);
	assert_int_equal(
		dm_metrics_add(metrics, DM_METRIC_GAUGE, "dm_peers", "Peers.", "", &values[1], 1),
		0);
	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_COUNTER, "dm_sent_total", "Sent.",
					"worker=\"1\",reason=\"x\"", &values[2], 1),
			 0);
	dm_metric_add(&values[0], 5);
	dm_metric_add(&values[0], 2);
	dm_metric_set(&values[1], -3);
	dm_metric_set(&values[2], INT64_MAX);
	assert_int_equal(dm_metric_get(&values[0]), 7);
	assert_renders(metrics, "# HELP dm_sent_total Sent.\n"
				"# TYPE dm_sent_total counter\n"
				"dm_sent_total{worker=\"0\"} 7\n"
				"dm_sent_total{worker=\"1\",reason=\"x\"} 9223372036854775807\n"
				"# HELP dm_peers Peers.\n"
				"# TYPE dm_peers gauge\n"
				"dm_peers -3\n");
	dm_metrics_destroy(metrics);
}

static void removes_what_an_owner_holds(void **state)
{
	(void)state;
	struct dm_metrics *metrics = create();
	struct {
		struct dm_metric first;
		struct dm_metric second;
	} owners[3];

	memset(owners, 0, sizeof(owners));
	for (int i = 0; i < 3; i++) {
		char labels[16];

		snprintf(labels, sizeof(labels), "n=\"%d\"", i);
		assert_int_equal(dm_metrics_add(metrics, DM_METRIC_GAUGE, "dm_a", "A.", labels,
						&owners[i].first, 1),
				 0);
		if (i == 1)
			assert_int_equal(dm_metrics_add(metrics, DM_METRIC_GAUGE, "dm_b", "B.",
							labels, &owners[i].second, 1),
					 0);
	}
	dm_metrics_remove(metrics, &owners[1], sizeof(owners[1]));
	assert_renders(metrics, "# HELP dm_a A.\n# TYPE dm_a gauge\n"
				"dm_a{n=\"0\"} 0\ndm_a{n=\"2\"} 0\n");

	/* The name is free again, even for another type. */
	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_COUNTER, "dm_b", "Other.", "",
					&owners[1].second, 1),
			 0);
	dm_metrics_remove(metrics, owners, sizeof(owners));
	assert_renders(metrics, "");
	dm_metrics_destroy(metrics);
}

static void divides_by_the_scale_exactly(void **state)
{
	(void)state;
	const struct {
		int64_t value;
		uint32_t scale;
		const char *text;
	} cases[] = {
		{ 0, 1000000, "0" },
		{ 1, 1000000, "0.000001" },
		{ 1500000, 1000000, "1.5" },
		{ -1500000, 1000000, "-1.5" },
		{ -1, 1000, "-0.001" },
		{ 1, 3, "0.333333333" },
		{ 4000000000, 4000000000, "1" },
		{ INT64_MIN, 1, "-9223372036854775808" },
		{ INT64_MAX, 1000000000, "9223372036.854775807" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_metrics *metrics = create();
		struct dm_metric value = { 0 };
		char expected[128];

		dm_metric_set(&value, cases[i].value);
		assert_int_equal(dm_metrics_add(metrics, DM_METRIC_GAUGE, "m", "H.", "", &value,
						cases[i].scale),
				 0);
		snprintf(expected, sizeof(expected), "# HELP m H.\n# TYPE m gauge\nm %s\n",
			 cases[i].text);
		assert_renders(metrics, expected);
		dm_metrics_destroy(metrics);
	}
}

/* Buckets count what is at most their bound, each with all below it; the last is everything. */
static void renders_histograms(void **state)
{
	(void)state;
	static const int64_t bounds[] = { 1000, 2500, 1000000 };
	struct dm_metrics *metrics = create();
	struct dm_histogram histogram = { .bounds = bounds, .bound_count = 3 };
	struct dm_histogram bad = { .bounds = bounds, .bound_count = 0 };

	dm_histogram_add(&histogram, 1000, 2);
	dm_histogram_add(&histogram, 1001, 1);
	dm_histogram_add(&histogram, 5000000, 1);
	assert_int_equal(dm_metrics_add_histogram(metrics, "dm_delay_seconds", "Delay.",
						  "worker=\"0\"", &histogram, 1000000),
			 0);
	assert_renders(metrics, "# HELP dm_delay_seconds Delay.\n"
				"# TYPE dm_delay_seconds histogram\n"
				"dm_delay_seconds_bucket{worker=\"0\",le=\"0.001\"} 2\n"
				"dm_delay_seconds_bucket{worker=\"0\",le=\"0.0025\"} 3\n"
				"dm_delay_seconds_bucket{worker=\"0\",le=\"1\"} 3\n"
				"dm_delay_seconds_bucket{worker=\"0\",le=\"+Inf\"} 4\n"
				"dm_delay_seconds_sum{worker=\"0\"} 5.003001\n"
				"dm_delay_seconds_count{worker=\"0\"} 4\n");
	assert_int_equal(dm_metrics_add_histogram(metrics, "dm_bad", "Bad.", "", &bad, 1), -EINVAL);
	bad.bound_count = DM_HISTOGRAM_BOUNDS_MAX + 1;
	assert_int_equal(dm_metrics_add_histogram(metrics, "dm_bad", "Bad.", "", &bad, 1), -EINVAL);
	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_HISTOGRAM, "dm_bad", "Bad.", "",
					&histogram.sum, 1),
			 -EINVAL);
	dm_metrics_remove(metrics, &histogram, sizeof(histogram));
	assert_renders(metrics, "");
	dm_metrics_destroy(metrics);
}

static void escapes_help(void **state)
{
	(void)state;
	struct dm_metrics *metrics = create();
	struct dm_metric value = { 0 };

	/* Quotes stay: only backslash and line feed are escaped in HELP. */
	assert_int_equal(
		dm_metrics_add(metrics, DM_METRIC_GAUGE, "m", "a\\b\nc \"d\"", "", &value, 1), 0);
	assert_renders(metrics, "# HELP m a\\\\b\\nc \"d\"\n# TYPE m gauge\nm 0\n");
	dm_metrics_destroy(metrics);
}

static void refuses_disagreement_and_twins(void **state)
{
	(void)state;
	struct dm_metrics *metrics = create();
	struct dm_metric value = { 0 };

	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_GAUGE, "m", "H.", "a=\"1\"", &value, 1),
			 0);
	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_GAUGE, "m", "H.", "a=\"1\"", &value, 1),
			 -EEXIST);
	assert_int_equal(
		dm_metrics_add(metrics, DM_METRIC_COUNTER, "m", "H.", "a=\"2\"", &value, 1),
		-EINVAL);
	assert_int_equal(
		dm_metrics_add(metrics, DM_METRIC_GAUGE, "m", "Other.", "a=\"2\"", &value, 1),
		-EINVAL);
	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_GAUGE, "n", "H.", "", &value, 0),
			 -EINVAL);
	assert_renders(metrics, "# HELP m H.\n# TYPE m gauge\nm{a=\"1\"} 0\n");
	dm_metrics_destroy(metrics);
}

static void refuses_names_and_labels_that_would_forge_lines(void **state)
{
	(void)state;
	struct dm_metrics *metrics = create();
	struct dm_metric value = { 0 };
	const char *names[] = { "", "1a", "a-b", "a b", "a\n", "é" };
	const char *labels[] = { "a",        "a=",       "a=1",       "a=\"1",
				 "a=\"\n\"", "a=\"1\",", "a=\"\\x\"", "a=\"1\"b=\"2\"",
				 "=\"1\"",   "1a=\"1\"", "a=\"1\\\"", "a=\"1\"} 9\nb{c=\"2\"",
				 "a=\"1\" ", ",a=\"1\"", "a=\"\"\"" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(
			dm_metrics_add(metrics, DM_METRIC_GAUGE, names[i], "H.", "", &value, 1),
			-EINVAL);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		assert_int_equal(
			dm_metrics_add(metrics, DM_METRIC_GAUGE, "m", "H.", labels[i], &value, 1),
			-EINVAL);
	assert_renders(metrics, "");

	assert_int_equal(dm_metrics_add(metrics, DM_METRIC_GAUGE, "a:b_9", "H.",
					"room=\"salle \\\"A\\\"\\\\\\n\",lang=\"العربية\"", &value,
					1),
			 0);
	dm_metrics_destroy(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_nothing_as_an_empty_text),
		cmocka_unit_test(groups_samples_by_name),
		cmocka_unit_test(removes_what_an_owner_holds),
		cmocka_unit_test(divides_by_the_scale_exactly),
		cmocka_unit_test(renders_histograms),
		cmocka_unit_test(escapes_help),
		cmocka_unit_test(refuses_disagreement_and_twins),
		cmocka_unit_test(refuses_names_and_labels_that_would_forge_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
