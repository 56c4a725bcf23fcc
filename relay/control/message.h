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
#include "session/subscriber.h"

#include <jansson.h>
#include <stddef.h>

#define DM_MESSAGE_BYTES_MAX 65536 /* choice: an offer of a browser is 12 KiB */

enum dm_message_type {
	DM_MESSAGE_JOIN,
	DM_MESSAGE_SELECT,
	DM_MESSAGE_RESTART,
	DM_MESSAGE_RESUME,
	DM_MESSAGE_LEAVE,
	DM_MESSAGE_PING,
	DM_MESSAGE_COUNT,
};

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
};

/* False with *refusal filled; the id is set even then, where it could be read. Call finish in both
 * cases. */
bool dm_message_parse(struct dm_message *message, const char *text, size_t bytes,
		      struct dm_refusal *refusal);
void dm_message_finish(struct dm_message *message);

/* The body of POST {Location}/select: the same keys as a select message, without type and id. */
bool dm_message_parse_select(struct dm_message *message, const char *text, size_t bytes,
			     struct dm_refusal *refusal);

#endif
