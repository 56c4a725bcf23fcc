#include "config/schema.h"

#include "base/log.h"
#include "control/options.h"
#include "transport/options.h"

/* Everything is optional to libcyaml, and no list is too long for it: what is missing or too
 * much is told better by those who know what it means. */
#define OPTIONAL CYAML_FLAG_OPTIONAL
#define LIST     (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

#define STRING(key, type, member) \
	CYAML_FIELD_STRING_PTR(key, OPTIONAL, struct type, member, 0, CYAML_UNLIMITED)
#define NUMBER(key, type, member)     CYAML_FIELD_UINT_PTR(key, OPTIONAL, struct type, member)
#define CHOICE(key, type, member)     CYAML_FIELD_BOOL_PTR(key, OPTIONAL, struct type, member)
#define TRUTH(key, type, member)      CYAML_FIELD_BOOL(key, OPTIONAL, struct type, member)
#define MAPPING(key, type, member, f) CYAML_FIELD_MAPPING(key, OPTIONAL, struct type, member, f)
#define SEQUENCE(key, type, member, entry) \
	CYAML_FIELD_SEQUENCE(key, LIST, struct type, member, entry, 0, CYAML_UNLIMITED)
#define ENUM(key, type, member, names)                                                  \
	CYAML_FIELD_ENUM(key, OPTIONAL | CYAML_FLAG_STRICT, struct type, member, names, \
			 CYAML_ARRAY_LEN(names))
#define TITLES(key) CYAML_FIELD_IGNORE(key, OPTIONAL)

static const cyaml_schema_value_t text = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t rung_fields[] = {
	CYAML_FIELD_UINT("width", OPTIONAL, struct dm_yaml_rung, width),
	CYAML_FIELD_UINT("height", OPTIONAL, struct dm_yaml_rung, height),
	STRING("bitrate", dm_yaml_rung, bitrate),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t rung = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dm_yaml_rung, rung_fields),
};

static const cyaml_schema_field_t floor_fields[] = {
	STRING("source", dm_yaml_floor, source),
	SEQUENCE("backups", dm_yaml_floor, backups, &text),
	STRING("language", dm_yaml_floor, language),
	TRUTH("loop", dm_yaml_floor, loop),
	STRING("bitrate", dm_yaml_floor, bitrate),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t video_fields[] = {
	NUMBER("frame_rate", dm_yaml_picture, frame_rate),
	TRUTH("slides", dm_yaml_picture, slides),
	SEQUENCE("ladder", dm_yaml_picture, ladder, &rung),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t sign_fields[] = {
	STRING("source", dm_yaml_picture, source),
	TRUTH("loop", dm_yaml_picture, loop),
	NUMBER("frame_rate", dm_yaml_picture, frame_rate),
	SEQUENCE("ladder", dm_yaml_picture, ladder, &rung),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t channel_fields[] = {
	STRING("language", dm_yaml_channel, language),
	STRING("source", dm_yaml_channel, source),
	TRUTH("loop", dm_yaml_channel, loop),
	STRING("bitrate", dm_yaml_channel, bitrate),
	NUMBER("booths", dm_yaml_channel, booths),
	STRING("fallback", dm_yaml_channel, fallback),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t channel = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dm_yaml_channel, channel_fields),
};

static const cyaml_schema_field_t booth_fields[] = {
	STRING("id", dm_yaml_booth, id),
	SEQUENCE("languages", dm_yaml_booth, languages, &text),
	SEQUENCE("takes", dm_yaml_booth, takes, &text),
	SEQUENCE("pivots", dm_yaml_booth, pivots, &text),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t booth = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dm_yaml_booth, booth_fields),
};

static const cyaml_schema_field_t interpretation_fields[] = {
	NUMBER("relay_depth", dm_yaml_interpretation, relay_depth),
	STRING("shift", dm_yaml_interpretation, shift),
	STRING("loudness", dm_yaml_interpretation, loudness),
	STRING("ramp", dm_yaml_interpretation, ramp),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t session_fields[] = {
	TITLES("title"),
	STRING("start", dm_yaml_session, start),
	STRING("end", dm_yaml_session, end),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t session = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dm_yaml_session, session_fields),
};

static const cyaml_schema_field_t room_fields[] = {
	STRING("id", dm_yaml_room, id),
	TITLES("title"),
	MAPPING("floor", dm_yaml_room, floor, floor_fields),
	MAPPING("video", dm_yaml_room, video, video_fields),
	MAPPING("sign", dm_yaml_room, sign, sign_fields),
	SEQUENCE("channels", dm_yaml_room, channels, &channel),
	SEQUENCE("booths", dm_yaml_room, booths, &booth),
	MAPPING("interpretation", dm_yaml_room, interpretation, interpretation_fields),
	SEQUENCE("sessions", dm_yaml_room, sessions, &session),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t room = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dm_yaml_room, room_fields),
};

static const cyaml_schema_field_t event_fields[] = {
	STRING("id", dm_yaml_event, id),
	TITLES("title"),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t http_fields[] = {
	STRING("address", dm_yaml_http, address),
	NUMBER("port", dm_yaml_http, port),
	STRING("web", dm_yaml_http, web),
	STRING("country_header", dm_yaml_http, country_header),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t tls_fields[] = {
	STRING("certificate", dm_yaml_tls, certificate),
	STRING("key", dm_yaml_tls, key),
	CYAML_FIELD_END,
};

static const cyaml_strval_t senders[] = {
	{ "udp", DM_TRANSPORT_UDP + 1 },
	{ "xdp", DM_TRANSPORT_XDP + 1 },
};

static const cyaml_schema_field_t media_fields[] = {
	STRING("address", dm_yaml_media, address),
	SEQUENCE("announced", dm_yaml_media, announced, &text),
	NUMBER("port", dm_yaml_media, port),
	NUMBER("workers", dm_yaml_media, workers),
	ENUM("sender", dm_yaml_media, sender, senders),
	CYAML_FIELD_END,
};

static const cyaml_strval_t log_levels[] = {
	{ "debug", DM_LOG_DEBUG + 1 },
	{ "info", DM_LOG_INFO + 1 },
	{ "warn", DM_LOG_WARN + 1 },
	{ "error", DM_LOG_ERROR + 1 },
};

static const cyaml_strval_t log_formats[] = {
	{ "key-value", DM_LOG_KEY_VALUE + 1 },
	{ "json", DM_LOG_JSON + 1 },
};

static const cyaml_schema_field_t log_fields[] = {
	ENUM("level", dm_yaml_log, level, log_levels),
	ENUM("format", dm_yaml_log, format, log_formats),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t server_fields[] = {
	MAPPING("http", dm_yaml_server, http, http_fields),
	MAPPING("tls", dm_yaml_server, tls, tls_fields),
	MAPPING("media", dm_yaml_server, media, media_fields),
	MAPPING("log", dm_yaml_server, log, log_fields),
	STRING("data", dm_yaml_server, data),
	CYAML_FIELD_END,
};

static const cyaml_strval_t algorithms[] = {
	{ "HS256", DM_TOKEN_HS256 },
	{ "RS256", DM_TOKEN_RS256 },
	{ "ES256", DM_TOKEN_ES256 },
};

static const cyaml_strval_t metrics_readers[] = {
	{ "public", DM_METRICS_PUBLIC + 1 },
	{ "local", DM_METRICS_LOCAL + 1 },
	{ "token", DM_METRICS_TOKEN + 1 },
};

static const cyaml_schema_field_t security_fields[] = {
	STRING("secret", dm_yaml_security, secret),
	STRING("public_key", dm_yaml_security, public_key),
	ENUM("algorithm", dm_yaml_security, algorithm, algorithms),
	STRING("issuer", dm_yaml_security, issuer),
	STRING("audience", dm_yaml_security, audience),
	STRING("token_lifetime", dm_yaml_security, token_lifetime),
	STRING("revoked", dm_yaml_security, revoked),
	ENUM("metrics", dm_yaml_security, metrics, metrics_readers),
	CHOICE("anonymous", dm_yaml_security, anonymous),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t keep_fields[] = {
	STRING("events", dm_yaml_keep, events),
	STRING("minutes", dm_yaml_keep, minutes),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t webhook_fields[] = {
	STRING("url", dm_yaml_webhook, url),
	STRING("secret", dm_yaml_webhook, secret),
	SEQUENCE("events", dm_yaml_webhook, events, &text),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t webhook = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dm_yaml_webhook, webhook_fields),
};

static const cyaml_strval_t names[] = {
	{ "pseudonyms", DM_YAML_NAMES_PSEUDONYMS },
	{ "kept", DM_YAML_NAMES_KEPT },
};

static const cyaml_schema_field_t monitor_fields[] = {
	CHOICE("enabled", dm_yaml_monitor, enabled),
	STRING("history", dm_yaml_monitor, history),
	ENUM("names", dm_yaml_monitor, names, names),
	MAPPING("keep", dm_yaml_monitor, keep, keep_fields),
	SEQUENCE("webhooks", dm_yaml_monitor, webhooks, &webhook),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t file_fields[] = {
	MAPPING("event", dm_yaml_file, event, event_fields),
	MAPPING("server", dm_yaml_file, server, server_fields),
	MAPPING("security", dm_yaml_file, security, security_fields),
	MAPPING("monitor", dm_yaml_file, monitor, monitor_fields),
	SEQUENCE("rooms", dm_yaml_file, rooms, &room),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t dm_yaml_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct dm_yaml_file, file_fields),
};
