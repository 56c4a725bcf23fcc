#include "audio/post.h"
#include "base/doorbell.h"
#include "base/queue.h"

#include <errno.h>
#include <stdlib.h>

/* Choices: each channel of the largest event told four things at once, and an event of each. */
#define COMMANDS 8192
#define EVENTS   2048

struct dm_post {
	struct dm_queue *commands; /* owned, and so are the others */
	struct dm_queue *events;
	struct dm_queue *intakes; /* struct dm_intake *, a reference each */
	struct dm_doorbell doorbell;
};

int dm_post_create(struct dm_post **out)
{
	struct dm_post *post = calloc(1, sizeof(*post));

	*out = NULL;
	if (!post)
		return -ENOMEM;

	int error = dm_doorbell_init(&post->doorbell);

	if (error) {
		free(post);
		return error;
	}
	error = dm_queue_create(&post->commands, COMMANDS, sizeof(struct dm_command));
	if (!error)
		error = dm_queue_create(&post->events, EVENTS, sizeof(struct dm_ticker_event));
	if (!error)
		error = dm_queue_create(&post->intakes, COMMANDS, sizeof(struct dm_intake *));
	if (error) {
		dm_post_destroy(post);
		return error;
	}
	*out = post;
	return 0;
}

static void drop_intakes(struct dm_post *post)
{
	struct dm_intake *intake;

	while (post->intakes && dm_queue_pop(post->intakes, &intake))
		dm_intake_unref(intake);
}

void dm_post_destroy(struct dm_post *post)
{
	struct dm_command command;

	if (!post)
		return;
	drop_intakes(post);
	while (post->commands && dm_queue_pop(post->commands, &command))
		dm_intake_unref(command.intake);
	dm_queue_destroy(post->intakes);
	dm_queue_destroy(post->events);
	dm_queue_destroy(post->commands);
	dm_doorbell_finish(&post->doorbell);
	free(post);
}

int dm_post_command(struct dm_post *post, const struct dm_command *command)
{
	drop_intakes(post);
	if (command->intake)
		dm_intake_ref(command->intake);
	if (dm_queue_push(post->commands, command))
		return 0;
	dm_intake_unref(command->intake);
	return -EAGAIN;
}

int dm_post_fd(const struct dm_post *post)
{
	return post->doorbell.fd;
}

void dm_post_answer(struct dm_post *post)
{
	dm_doorbell_answer(&post->doorbell);
	drop_intakes(post);
}

bool dm_post_take_event(struct dm_post *post, struct dm_ticker_event *event)
{
	return dm_queue_pop(post->events, event);
}

bool dm_post_take_command(struct dm_post *post, struct dm_command *command)
{
	return dm_queue_pop(post->commands, command);
}

bool dm_post_tell(struct dm_post *post, const struct dm_ticker_event *event)
{
	const bool told = dm_queue_push(post->events, event);

	dm_doorbell_ring(&post->doorbell);
	return told;
}

void dm_post_give_back(struct dm_post *post, struct dm_intake *intake)
{
	if (!intake)
		return;
	/* Full: nobody has answered for thousands of them. */
	if (!dm_queue_push(post->intakes, &intake))
		dm_intake_unref(intake);
	dm_doorbell_ring(&post->doorbell);
}
