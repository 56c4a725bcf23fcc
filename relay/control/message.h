/* relay/control/message.h
 *
 * What clients say on the websocket dragoman.v1: one JSON object a message, checked key by key.
 * README.md has the whole protocol.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONTROL_MESSAGE_H
#define DM_CONTROL_MESSAGE_H

#include "control/refusal.h"
#include "session/seat.h"
#include "session/subscriber.h"

#include <jansson.h>
#include <stddef.h>

#define DM_MESSAGE_BYTES_MAX 65536   /* choice: an offer of a browser is 12 KiB */
#define DM_CHAT_CHARS_MAX    500     /* of a chat message; choice: some lines on a console */
#define DM_MINT_TTL_MIN      60      /* seconds; choice */
#define DM_MINT_TTL_MAX      2592000 /* seconds: 30 days; choice: longer than any event */

enum dm_message_type {
	DM_MESSAGE_JOIN,
	DM_MESSAGE_SELECT,
	DM_MESSAGE_RESTART,
	DM_MESSAGE_RESUME,
	DM_MESSAGE_LEAVE,
	DM_MESSAGE_PING,
	DM_MESSAGE_LANGUAGES,
	/* in a booth */
	DM_MESSAGE_MICROPHONE,
	DM_MESSAGE_STANDBY,
	DM_MESSAGE_HANDOVER,
	DM_MESSAGE_INCOMING,
	DM_MESSAGE_PRESET,
	DM_MESSAGE_PIVOTS,
	DM_MESSAGE_MONITOR,
	DM_MESSAGE_SLOW_DOWN,
	DM_MESSAGE_CALL,
	/* in a booth, or by an organiser */
	DM_MESSAGE_FLOOR_LANGUAGE,
	DM_MESSAGE_CALL_DONE,
	DM_MESSAGE_CHAT,
	/* by whoever watches a room */
	DM_MESSAGE_WATCH,
	DM_MESSAGE_OVERRIDE,
	DM_MESSAGE_ON_AIR_MAX,
	DM_MESSAGE_CALL_TAKE,
	/* by organisers, of any room that is theirs */
	DM_MESSAGE_OVERSEE,
	DM_MESSAGE_ACKNOWLEDGE,
	DM_MESSAGE_SITTING,
	DM_MESSAGE_SOURCE,
	DM_MESSAGE_BOOTH_RESTART,
	DM_MESSAGE_NOTIFY,
	DM_MESSAGE_MINT,
	DM_MESSAGE_LISTEN,
	DM_MESSAGE_LINE_UP,
	DM_MESSAGE_COUNT,
};

/* What a message's key of few words says: `state` of microphone and sitting (enum dm_sitting), `do`
 * of handover, override and line-up, `to` of chat and notify, `role` of mint (enum dm_role but for
 * the first, which is ANONYMOUS). */
enum dm_microphone_word { DM_MICROPHONE_ON, DM_MICROPHONE_MUTED, DM_MICROPHONE_OFF };
enum dm_handover_word {
	DM_HANDOVER_DO_ASK,
	DM_HANDOVER_DO_OFFER,
	DM_HANDOVER_DO_ACCEPT,
	DM_HANDOVER_DO_DECLINE,
	DM_HANDOVER_DO_CANCEL,
	DM_HANDOVER_DO_TAKE,
};
enum dm_override_word {
	DM_OVERRIDE_DO_OFF,
	DM_OVERRIDE_DO_MUTE,
	DM_OVERRIDE_DO_RELEASE,
	DM_OVERRIDE_DO_ON,
	DM_OVERRIDE_DO_MOVE,
};
enum dm_chat_word { DM_CHAT_TO_BOOTH, DM_CHAT_TO_TECHNICIAN };
enum dm_notify_word { DM_NOTIFY_ROOM, DM_NOTIFY_EVERYONE, DM_NOTIFY_BOOTHS };
enum dm_line_up_word { DM_LINE_UP_DO_START, DM_LINE_UP_DO_STOP };

/* Texts are borrowed from `root` and NULL where the key is missing. */
struct dm_message {
	enum dm_message_type type;
	json_t *root; /* owned */
	bool has_id;
	json_int_t id;
	const char *room;
	const char *lang;
	const char *offer;
	size_t offer_bytes;
	const char *peer;
	const char *token;
	enum dm_video_choice video;
	bool sign;
	bool has_video;
	bool has_sign;
	const char *booth;
	const char *name; /* of a person, without control characters */
	const char *key;  /* of a seat */
	const char *to;   /* override: a booth */
	const char *text; /* chat and notify, without control characters */
	const char *channel;
	unsigned word; /* one of the enums above, by type */
	const char *word_text;
	enum dm_output output;
	bool has_output;
	bool has_seat;
	bool has_preset;
	bool has_automatic;
	bool consent;
	bool automatic;
	bool organiser;
	bool has_ttl;
	uint8_t seat;
	uint8_t preset;
	uint8_t count;
	uint8_t use; /* a source: 0, or the nth backup */
	uint32_t call;
	uint32_t ttl; /* seconds */
	uint64_t alarm;
	struct dm_languages languages; /* langs, understood */
};

/* False with *refusal filled; the id is set even then, where it could be read. Call finish in both
 * cases. */
bool dm_message_parse(struct dm_message *message, const char *text, size_t bytes,
		      struct dm_refusal *refusal);
void dm_message_finish(struct dm_message *message);

/* The body of POST {Location}/select: the same keys as a select message, without type and id. */
bool dm_message_parse_select(struct dm_message *message, const char *text, size_t bytes,
			     struct dm_refusal *refusal);

/* "join", …: as in the protocol, and in replies that are called like what they answer. */
const char *dm_message_type_name(enum dm_message_type type);

#endif
