/* relay/audio/post.h
 *
 * What passes between the control thread and the ticker's beat: commands one way, events the other,
 * and intakes that the beat has no use for any more, because to drop the last reference frees
 * memory, which it must not do.
 *
 * Thread: as each function says.
 */
#ifndef DM_AUDIO_POST_H
#define DM_AUDIO_POST_H

#include "audio/ticker.h"

struct dm_post;

enum dm_command_type {
	DM_COMMAND_SET,
	DM_COMMAND_SET_OTHER,
	DM_COMMAND_CONNECT,
	DM_COMMAND_POINT_EAR,   /* `ear` at `microphone` of `channel`; -1: at none */
	DM_COMMAND_CONNECT_EAR, /* `intake` to `ear` */
	DM_COMMAND_LINE_UP,     /* from tick `from`; -1: not any more */
};

struct dm_command {
	enum dm_command_type type;
	int channel;
	int other;
	int ear;
	uint8_t microphone;
	int64_t from;
	struct dm_intake *intake; /* a reference is handed over; nullable */
	struct dm_engine_state state;
};

/* Returns 0, -ENOMEM or what eventfd(2) says; on failure *out is NULL. Destroy drops what is still
 * under way. */
int dm_post_create(struct dm_post **out);
void dm_post_destroy(struct dm_post *post); /* NULL is allowed */

/* --- control thread --- */

/* Takes its own reference of the intake. Returns 0, or -EAGAIN: the beat is too far behind. */
int dm_post_command(struct dm_post *post, const struct dm_command *command);
int dm_post_fd(const struct dm_post *post); /* readable when events wait */
void dm_post_answer(struct dm_post *post);
bool dm_post_take_event(struct dm_post *post, struct dm_ticker_event *event);

/* --- the beat --- */

bool dm_post_take_command(struct dm_post *post, struct dm_command *command);

/* False when nobody takes events any more. */
bool dm_post_tell(struct dm_post *post, const struct dm_ticker_event *event);
void dm_post_give_back(struct dm_post *post, struct dm_intake *intake); /* NULL is allowed */

#endif
