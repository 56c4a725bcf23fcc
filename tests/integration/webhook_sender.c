/* tests/integration/webhook_sender.c: webhook_sender SECRET URL…
 *
 * Posts what comes by standard input, one a line, "alarm|session TYPE JSON", to every URL, signed
 * with that secret; a URL with "sessions" in it wants sessions alone. Prints the metrics for a line
 * "metrics", and after the end of the input, when all is torn down, "parted" and the milliseconds
 * that it took. For webhooks.mjs. */
#include "monitor/webhook.h"

#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void post(struct dm_webhooks *webhooks, char *line)
{
	const char *sort = strtok(line, " ");
	const char *type = strtok(NULL, " ");
	const char *json = strtok(NULL, "\n");

	if (!sort || !type || !json)
		exit(2);
	if (dm_webhooks_post(webhooks,
			     strcmp(sort, "alarm") == 0 ? DM_WEBHOOK_ALARM : DM_WEBHOOK_SESSION,
			     type, json) != 0)
		exit(1);
}

static void print_metrics(const struct dm_metrics *metrics)
{
	char *text = dm_metrics_render(metrics, NULL);

	printf("%s.\n", text);
	fflush(stdout);
	free(text);
}

int main(int argc, char **argv)
{
	struct dm_webhook_options hooks[DM_WEBHOOKS_MAX] = { 0 };
	struct dm_monitor_options options = { .enabled = true, .webhooks = hooks };
	struct dm_metrics *metrics;
	struct dm_webhooks *webhooks;
	char line[4096];

	for (int n = 2; n < argc && n - 2 < DM_WEBHOOKS_MAX; n++)
		hooks[options.webhook_count++] = (struct dm_webhook_options){
			.url = argv[n],
			.secret = argv[1],
			.secret_bytes = strlen(argv[1]),
			.alarms = !strstr(argv[n], "sessions"),
			.sessions = true,
		};
	if (dm_metrics_create(&metrics) != 0 ||
	    dm_webhooks_create(&webhooks, &options, "forum", metrics) != 0)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		if (strcmp(line, "metrics\n") == 0)
			print_metrics(metrics);
		else
			post(webhooks, line);
	}

	const dm_usec since = dm_time_now();

	dm_webhooks_destroy(webhooks);
	printf("parted %lld\n", (long long)((dm_time_now() - since) / DM_MSEC(1)));
	dm_metrics_destroy(metrics);
	return 0;
}
