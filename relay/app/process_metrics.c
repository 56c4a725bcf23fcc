#include "app/process_metrics.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MICRO 1000000
#define MILLI 1000

struct dm_process_metrics {
	struct dm_metrics *metrics; /* borrowed */
	struct dm_metric build;
	struct dm_metric started; /* ms since 1970 */
	struct dm_metric cpu;     /* us */
	struct dm_metric resident;
	struct dm_metric virtual;
	struct dm_metric open_fds;
	struct dm_metric max_fds;
};

static int add_all(struct dm_process_metrics *process)
{
	const struct {
		enum dm_metric_type type;
		const char *name;
		const char *help;
		const char *labels;
		const struct dm_metric *metric;
		uint32_t scale;
	} samples[] = {
		{ DM_METRIC_GAUGE, "dragoman_build_info", "Always 1; the labels tell the build.",
		  "version=\"" DM_VERSION "\"", &process->build, 1 },
		{ DM_METRIC_GAUGE, "process_start_time_seconds", "Start, since 1970.", "",
		  &process->started, MILLI },
		{ DM_METRIC_COUNTER, "process_cpu_seconds_total", "User and system time.", "",
		  &process->cpu, MICRO },
		{ DM_METRIC_GAUGE, "process_resident_memory_bytes", "Memory in use.", "",
		  &process->resident, 1 },
		{ DM_METRIC_GAUGE, "process_virtual_memory_bytes", "Memory reserved.", "",
		  &process->virtual, 1 },
		{ DM_METRIC_GAUGE, "process_open_fds", "Open descriptors.", "", &process->open_fds,
		  1 },
		{ DM_METRIC_GAUGE, "process_max_fds", "Most descriptors that may be open.", "",
		  &process->max_fds, 1 },
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]) && error == 0; i++)
		error = dm_metrics_add(process->metrics, samples[i].type, samples[i].name,
				       samples[i].help, samples[i].labels, samples[i].metric,
				       samples[i].scale);
	return error;
}

int dm_process_metrics_create(struct dm_process_metrics **out, struct dm_metrics *metrics)
{
	struct dm_process_metrics *process = calloc(1, sizeof(*process));
	struct timespec now;

	*out = NULL;
	if (!process)
		return -ENOMEM;
	process->metrics = metrics;
	clock_gettime(CLOCK_REALTIME, &now);
	dm_metric_set(&process->build, 1);
	dm_metric_set(&process->started, (int64_t)now.tv_sec * MILLI + now.tv_nsec / MICRO);

	const int error = add_all(process);

	if (error) {
		dm_process_metrics_destroy(process);
		return error;
	}
	dm_process_metrics_sample(process);
	*out = process;
	return 0;
}

void dm_process_metrics_destroy(struct dm_process_metrics *process)
{
	if (!process)
		return;
	dm_metrics_remove(process->metrics, process, sizeof(*process));
	free(process);
}

static int64_t microseconds(const struct timeval *time)
{
	return (int64_t)time->tv_sec * MICRO + time->tv_usec;
}

static void sample_memory(struct dm_process_metrics *process)
{
	const int64_t page_bytes = sysconf(_SC_PAGESIZE);
	FILE *file = fopen("/proc/self/statm", "re");
	char line[128];

	if (!file)
		return;
	if (fgets(line, sizeof(line), file)) { /* proc(5): size and resident, in pages */
		char *rest = line;

		dm_metric_set(&process->virtual, strtoll(rest, &rest, 10) * page_bytes);
		dm_metric_set(&process->resident, strtoll(rest, &rest, 10) * page_bytes);
	}
	fclose(file);
}

static void sample_descriptors(struct dm_process_metrics *process)
{
	struct rlimit limit;
	int64_t count = -3; /* ".", "..", and the folder's own */
	DIR *folder = opendir("/proc/self/fd");

	if (folder) {
		while (readdir(folder))
			count++;
		closedir(folder);
		dm_metric_set(&process->open_fds, count);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		dm_metric_set(&process->max_fds, (int64_t)limit.rlim_cur);
}

void dm_process_metrics_sample(struct dm_process_metrics *process)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) == 0)
		dm_metric_set(&process->cpu,
			      microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime));
	sample_memory(process);
	sample_descriptors(process);
}
