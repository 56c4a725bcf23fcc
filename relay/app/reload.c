#include "app/reload.h"

#include <string.h>

struct tally {
	unsigned live;
	unsigned waiting;
};

void dm_reload_apply_log(const struct dm_config *config, const struct dm_arguments *arguments)
{
	dm_log_setup(arguments->log_level >= 0 ? (enum dm_log_level)arguments->log_level
					       : config->log_level,
		     arguments->log_format >= 0 ? (enum dm_log_format)arguments->log_format
						: config->log_format);
}

static void log_mistake(void *user, const char *message)
{
	unsigned *mistakes = user;

	++*mistakes;
	dm_log(DM_LOG_ERROR, "config.mistake", "text=%s", message);
}

/* What takes effect now. */
static bool is_live(const char *key)
{
	static const char *const sections[] = { "server.log", "security" };

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (strncmp(key, sections[i], strlen(sections[i])) == 0)
			return true;
	}
	return false;
}

static void log_change(void *user, const char *key)
{
	struct tally *tally = user;
	const bool live = is_live(key);

	tally->live += live;
	tally->waiting += !live;
	if (live)
		dm_log(DM_LOG_INFO, "config.changed", "key=%s takes_effect=%s", key, "now");
	else
		dm_log(DM_LOG_WARN, "config.changed", "key=%s takes_effect=%s", key, "at_restart");
}

void dm_reload(struct dm_relay *relay, const struct dm_config *running,
	       const struct dm_arguments *arguments)
{
	struct dm_config *config;
	struct tally tally = { 0, 0 };
	unsigned mistakes = 0;

	if (dm_config_load(&config, arguments->config, log_mistake, &mistakes) != 0) {
		dm_log(DM_LOG_ERROR, "config.refused", "file=%s mistakes=%u", arguments->config,
		       mistakes);
		return;
	}
	dm_reload_apply_log(config, arguments);
	dm_relay_secure(relay, &config->control.security);
	dm_config_compare(running, config, log_change, &tally);
	dm_log(DM_LOG_INFO, "config.read",
	       "file=%s changed_now=%u changed_at_restart=%u tokens_revoked=%zu", arguments->config,
	       tally.live, tally.waiting, config->control.security.revoked_count);
	dm_config_destroy(config);
}
