/* relay/config/schema.h
 *
 * The configuration file as it is written: the keys, their types, and the structs that libcyaml
 * loads them into. What the values mean, and which are allowed, is decided elsewhere.
 *
 * Pure, plain data. Thread: any.
 */
#ifndef DM_CONFIG_SCHEMA_H
#define DM_CONFIG_SCHEMA_H

#include "session/options.h"

#include <cyaml/cyaml.h>

#include <stdbool.h>
#include <stdint.h>

/* Numbers that may be left out are pointers: NULL is not given, 0 is a value. Strings are NULL
 * when not given. Titles are not here: their keys are languages, which libcyaml cannot know; they
 * are read from the outline. */
struct dm_yaml_rung {
	uint32_t width;
	uint32_t height;
	char *bitrate;
};

struct dm_yaml_floor {
	char *source;
	char **backups;
	unsigned backups_count;
	char *language;
	bool loop;
	char *bitrate;
};

/* "video" and "sign" alike; the video has no source of its own. */
struct dm_yaml_picture {
	char *source;
	bool loop;
	uint32_t *frame_rate;
	bool slides;
	struct dm_yaml_rung *ladder;
	unsigned ladder_count;
};

struct dm_yaml_channel {
	char *language;
	char *source;
	bool loop;
	char *bitrate;
	uint32_t *booths;
	char *fallback;
};

struct dm_yaml_booth {
	char *id;
	char **languages;
	unsigned languages_count;
	char **takes;
	unsigned takes_count;
	char **pivots;
	unsigned pivots_count;
};

struct dm_yaml_interpretation {
	uint32_t *relay_depth;
	char *shift;
	char *loudness;
	char *ramp;
};

struct dm_yaml_session {
	char *start;
	char *end;
};

struct dm_yaml_room {
	char *id;
	struct dm_yaml_floor floor;
	struct dm_yaml_picture video;
	struct dm_yaml_picture sign;
	struct dm_yaml_channel *channels;
	unsigned channels_count;
	struct dm_yaml_booth *booths;
	unsigned booths_count;
	struct dm_yaml_interpretation interpretation;
	struct dm_yaml_session *sessions;
	unsigned sessions_count;
};

struct dm_yaml_event {
	char *id;
};

struct dm_yaml_http {
	char *address;
	uint32_t *port;
	char *web;
	char *country_header;
};

struct dm_yaml_tls {
	char *certificate;
	char *key;
};

struct dm_yaml_media {
	char *address;
	char **announced;
	unsigned announced_count;
	uint32_t *port;
	uint32_t *workers;
	int sender; /* enum dm_transport_way, beginning with DM_TRANSPORT_UDP as 1; 0: not given */
};

struct dm_yaml_log {
	int level;  /* enum dm_log_level, beginning with DM_LOG_DEBUG as 1; 0: not given */
	int format; /* enum dm_log_format, likewise */
};

struct dm_yaml_server {
	struct dm_yaml_http http;
	struct dm_yaml_tls tls;
	struct dm_yaml_media media;
	struct dm_yaml_log log;
	char *data;
};

struct dm_yaml_security {
	char *secret;
	char *public_key;
	int algorithm; /* enum dm_token_algorithm */
	char *issuer;
	char *audience;
	char *token_lifetime;
	char *revoked;
	bool *anonymous;
	int metrics; /* enum dm_metrics_readers, beginning as 1; 0: not given */
};

struct dm_yaml_keep {
	char *events;
	char *minutes;
};

struct dm_yaml_webhook {
	char *url;
	char *secret;
	char **events;
	unsigned events_count;
};

/* How people appear in the history. */
enum dm_yaml_names { DM_YAML_NAMES_PSEUDONYMS = 1, DM_YAML_NAMES_KEPT }; /* 0: not given */

struct dm_yaml_monitor {
	bool *enabled;
	char *history;
	int names; /* enum dm_yaml_names */
	struct dm_yaml_keep keep;
	struct dm_yaml_webhook *webhooks;
	unsigned webhooks_count;
};

struct dm_yaml_file {
	struct dm_yaml_event event;
	struct dm_yaml_server server;
	struct dm_yaml_security security;
	struct dm_yaml_monitor monitor;
	struct dm_yaml_room *rooms;
	unsigned rooms_count;
};

/* Of the whole file: a mapping into a struct dm_yaml_file. A key of type CYAML_IGNORE holds
 * titles: a mapping of languages to texts. */
extern const cyaml_schema_value_t dm_yaml_schema;

#endif
