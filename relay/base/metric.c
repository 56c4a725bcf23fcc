#include "base/metric.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRACTION_DIGITS 9 /* choice: a scale of 10^9 still shows every unit */

struct sample {
	char *labels;                         /* owned */
	const struct dm_metric *metric;       /* borrowed until removed; of a histogram, its sum */
	const struct dm_histogram *histogram; /* borrowed until removed; NULL: not one */
	uint32_t scale;
};

/* All samples of one name. */
struct family {
	const char *name; /* borrowed; outlives the registry */
	const char *help; /* borrowed; outlives the registry */
	enum dm_metric_type type;
	struct sample *samples; /* owned */
	size_t count;
	size_t capacity;
};

struct dm_metrics {
	struct family *families; /* owned; in order of first appearance */
	size_t count;
	size_t capacity;
	pthread_t owner; /* the control thread: the one that created it */
};

static void check_thread(const struct dm_metrics *metrics)
{
	assert(pthread_equal(metrics->owner, pthread_self()));
	(void)metrics;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* [a-zA-Z_:][a-zA-Z0-9_:]* (Prometheus data model) */
static bool name_valid(const char *name)
{
	if (!is_letter(*name) && *name != ':')
		return false;
	for (; *name; name++) {
		if (!is_letter(*name) && !is_digit(*name) && *name != ':')
			return false;
	}
	return true;
}

/* Passes over one label value, quotes included: \\, \" and \n are its only escapes (Prometheus text
 * format). NULL when it is malformed. */
static const char *skip_label_value(const char *c)
{
	if (*c++ != '"')
		return NULL;
	for (; *c != '"'; c++) {
		if (*c == '\0' || *c == '\n')
			return NULL;
		if (*c == '\\') {
			c++;
			if (*c != '\\' && *c != '"' && *c != 'n')
				return NULL;
		}
	}
	return c + 1;
}

/* name="value", comma, and so on; "" is no labels. Anything else could forge another sample. */
static bool labels_valid(const char *c)
{
	if (*c == '\0')
		return true;
	for (;;) {
		if (!is_letter(*c))
			return false;
		while (is_letter(*c) || is_digit(*c))
			c++;
		if (*c++ != '=')
			return false;
		c = skip_label_value(c);
		if (!c)
			return false;
		if (*c == '\0')
			return true;
		if (*c++ != ',')
			return false;
	}
}

/* Makes room for one more element. Returns 0 or -ENOMEM. */
static int grow(void **array, size_t *capacity, size_t count, size_t element_bytes)
{
	if (count < *capacity)
		return 0;

	const size_t wanted = *capacity ? *capacity * 2 : 4;
	void *bigger = reallocarray(*array, wanted, element_bytes);

	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	*capacity = wanted;
	return 0;
}

int dm_metrics_create(struct dm_metrics **out)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->owner = pthread_self();
	return 0;
}

static void finish_family(struct family *family)
{
	for (size_t i = 0; i < family->count; i++)
		free(family->samples[i].labels);
	free(family->samples);
}

void dm_metrics_destroy(struct dm_metrics *metrics)
{
	if (!metrics)
		return;
	for (size_t i = 0; i < metrics->count; i++)
		finish_family(&metrics->families[i]);
	free(metrics->families);
	free(metrics);
}

/* Finds the family or appends an empty one. Returns 0, -EINVAL or -ENOMEM. */
static int claim_family(struct dm_metrics *metrics, enum dm_metric_type type, const char *name,
			const char *help, struct family **out)
{
	for (size_t i = 0; i < metrics->count; i++) {
		struct family *family = &metrics->families[i];

		if (strcmp(family->name, name) != 0)
			continue;
		*out = family;
		return family->type == type && strcmp(family->help, help) == 0 ? 0 : -EINVAL;
	}

	void *array = metrics->families;

	if (grow(&array, &metrics->capacity, metrics->count, sizeof(struct family)) < 0)
		return -ENOMEM;
	metrics->families = array;
	*out = &metrics->families[metrics->count++];
	**out = (struct family){ .name = name, .help = help, .type = type };
	return 0;
}

static int add_sample(struct family *family, const struct sample *sample)
{
	for (size_t i = 0; i < family->count; i++) {
		if (strcmp(family->samples[i].labels, sample->labels) == 0)
			return -EEXIST;
	}

	void *array = family->samples;

	if (grow(&array, &family->capacity, family->count, sizeof(*sample)) < 0)
		return -ENOMEM;
	family->samples = array;
	family->samples[family->count] = *sample;
	family->samples[family->count].labels = strdup(sample->labels);
	if (!family->samples[family->count].labels)
		return -ENOMEM;
	family->count++;
	return 0;
}

static void drop_empty_families(struct dm_metrics *metrics)
{
	size_t kept = 0;

	for (size_t i = 0; i < metrics->count; i++) {
		if (metrics->families[i].count > 0)
			metrics->families[kept++] = metrics->families[i];
		else
			finish_family(&metrics->families[i]);
	}
	metrics->count = kept;
}

static int add(struct dm_metrics *metrics, enum dm_metric_type type, const char *name,
	       const char *help, const struct sample *sample)
{
	struct family *family;
	int error;

	check_thread(metrics);
	if (!name_valid(name) || !labels_valid(sample->labels) || sample->scale == 0)
		return -EINVAL;
	error = claim_family(metrics, type, name, help, &family);
	if (error < 0)
		return error;
	error = add_sample(family, sample);
	if (error < 0)
		drop_empty_families(metrics);
	return error;
}

int dm_metrics_add(struct dm_metrics *metrics, enum dm_metric_type type, const char *name,
		   const char *help, const char *labels, const struct dm_metric *metric,
		   uint32_t scale)
{
	if (type == DM_METRIC_HISTOGRAM)
		return -EINVAL;
	return add(metrics, type, name, help,
		   &(struct sample){
			   .labels = (char *)(uintptr_t)labels, /* only read: it is copied */
			   .metric = metric,
			   .scale = scale,
		   });
}

int dm_metrics_add_histogram(struct dm_metrics *metrics, const char *name, const char *help,
			     const char *labels, const struct dm_histogram *histogram,
			     uint32_t scale)
{
	if (histogram->bound_count == 0 || histogram->bound_count > DM_HISTOGRAM_BOUNDS_MAX)
		return -EINVAL;
	return add(metrics, DM_METRIC_HISTOGRAM, name, help,
		   &(struct sample){
			   .labels = (char *)(uintptr_t)labels, /* only read: it is copied */
			   .metric = &histogram->sum,
			   .histogram = histogram,
			   .scale = scale,
		   });
}

void dm_metrics_remove(struct dm_metrics *metrics, const void *owner, size_t owner_bytes)
{
	const uintptr_t first = (uintptr_t)owner;

	check_thread(metrics);
	for (size_t i = 0; i < metrics->count; i++) {
		struct family *family = &metrics->families[i];
		size_t kept = 0;

		for (size_t j = 0; j < family->count; j++) {
			/* Below `first` wraps to more than any size. */
			if ((uintptr_t)family->samples[j].metric - first < owner_bytes)
				free(family->samples[j].labels);
			else
				family->samples[kept++] = family->samples[j];
		}
		family->count = kept;
	}
	drop_empty_families(metrics);
}

/* HELP escapes backslash and line feed, and nothing else (Prometheus text format). */
static void render_help(FILE *out, const struct family *family)
{
	fprintf(out, "# HELP %s ", family->name);
	for (const char *c = family->help; *c; c++) {
		if (*c == '\\')
			fputs("\\\\", out);
		else if (*c == '\n')
			fputs("\\n", out);
		else
			fputc(*c, out);
	}

	static const char *const types[] = {
		[DM_METRIC_COUNTER] = "counter",
		[DM_METRIC_GAUGE] = "gauge",
		[DM_METRIC_HISTOGRAM] = "histogram",
	};

	fprintf(out, "\n# TYPE %s %s\n", family->name, types[family->type]);
}

/* value / scale as decimal digits: exact for powers of ten, and the same in every locale. */
static void render_value(FILE *out, int64_t value, uint32_t scale)
{
	const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	uint64_t rest = size % scale;

	fprintf(out, "%s%" PRIu64, value < 0 ? "-" : "", size / scale);
	if (rest > 0)
		fputc('.', out);
	for (int i = 0; i < FRACTION_DIGITS && rest > 0; i++) {
		rest *= 10;
		fputc((int)('0' + rest / scale), out);
		rest %= scale;
	}
}

static void render_line(FILE *out, const char *name, const char *suffix, const char *labels,
			int64_t value, uint32_t scale)
{
	if (*labels)
		fprintf(out, "%s%s{%s} ", name, suffix, labels);
	else
		fprintf(out, "%s%s ", name, suffix);
	render_value(out, value, scale);
	fputc('\n', out);
}

static void render_histogram(FILE *out, const char *name, const struct sample *sample)
{
	const struct dm_histogram *histogram = sample->histogram;
	int64_t count = 0;

	for (size_t i = 0; i <= histogram->bound_count; i++) {
		count += dm_metric_get(&histogram->buckets[i]);
		fprintf(out, "%s_bucket{%s%sle=\"", name, sample->labels,
			*sample->labels ? "," : "");
		if (i < histogram->bound_count)
			render_value(out, histogram->bounds[i], sample->scale);
		else
			fputs("+Inf", out);
		fprintf(out, "\"} %" PRId64 "\n", count);
	}
	render_line(out, name, "_sum", sample->labels, dm_metric_get(&histogram->sum),
		    sample->scale);
	render_line(out, name, "_count", sample->labels, count, 1);
}

static void render_family(FILE *out, const struct family *family)
{
	render_help(out, family);
	for (size_t i = 0; i < family->count; i++) {
		const struct sample *sample = &family->samples[i];

		if (sample->histogram)
			render_histogram(out, family->name, sample);
		else
			render_line(out, family->name, "", sample->labels,
				    dm_metric_get(sample->metric), sample->scale);
	}
}

char *dm_metrics_render(const struct dm_metrics *metrics, size_t *size_bytes)
{
	char *text = NULL;
	size_t bytes = 0;

	check_thread(metrics);

	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		return NULL;
	for (size_t i = 0; i < metrics->count; i++)
		render_family(out, &metrics->families[i]);

	const bool failed = ferror(out) != 0;

	if (fclose(out) != 0 || failed) {
		free(text);
		return NULL;
	}
	if (size_bytes)
		*size_bytes = bytes;
	return text;
}
