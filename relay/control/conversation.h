/* relay/control/conversation.h
 *
 * One client's side of the websocket protocol dragoman.v1, apart from the library that carries it:
 * text messages go in, text messages come out of a bounded queue. README.md describes them.
 *
 * Pure but for memory. Thread: the control thread.
 */
#ifndef DM_CONTROL_CONVERSATION_H
#define DM_CONTROL_CONVERSATION_H

#include "base/time.h"
#include "control/hub.h"

#include <glib.h>

struct dm_conversation;

#define DM_CONVERSATION_QUEUE_BYTES  (256 * 1024) /* of unsent messages; choice */
#define DM_CONVERSATION_RATE_HZ      50           /* messages a second, for ever; choice */
#define DM_CONVERSATION_BURST        200          /* messages at once; choice */
#define DM_CONVERSATION_CLOSE_LARGE  1009         /* RFC 6455, 7.4.1 */
#define DM_CONVERSATION_CLOSE_BINARY 1003
#define DM_CONVERSATION_CLOSE_SLOW   1013 /* "try again later": IANA's registry of close codes */

/* Called when there is something to take, or the websocket is to be closed. */
typedef void dm_conversation_wake_cb(void *user);

/* A new websocket: the welcome is queued. `now` starts the message rate. */
struct dm_conversation *dm_conversation_open(struct dm_hub *hub, dm_usec now,
					     dm_conversation_wake_cb *wake, void *user);

/* The token that its address or header carries, if any; it may be forgotten after the call. */
void dm_conversation_identify(struct dm_conversation *conversation, const char *token);

/* Where it comes from, as a proxy says: two capital letters, or "". Copied. */
void dm_conversation_set_country(struct dm_conversation *conversation, const char *country);

/* The websocket is gone: its listener, if any, stays for the grace. NULL is allowed. */
void dm_conversation_close(struct dm_conversation *conversation);

/* One whole text message. */
void dm_conversation_receive(struct dm_conversation *conversation, const char *text, size_t bytes,
			     dm_usec now);

/* A message went over DM_MESSAGE_BYTES_MAX, or was binary: an error, then the close. */
void dm_conversation_refuse_large(struct dm_conversation *conversation);
void dm_conversation_refuse_binary(struct dm_conversation *conversation);

/* The next message to send; the caller owns the reference. NULL: none. */
GBytes *dm_conversation_take(struct dm_conversation *conversation);

/* 0, or the code to close with once there is nothing more to take. */
unsigned dm_conversation_close_code(const struct dm_conversation *conversation);

#endif
