#include "audio/ears.h"

#include <errno.h>
#include <stdlib.h>

int dm_ears_add(struct dm_ears *ears, const struct dm_ticker_ear *options)
{
	struct dm_ears_entry *grown = realloc(ears->list, (ears->count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	ears->list = grown;
	grown += ears->count;
	*grown = (struct dm_ears_entry){ 0 };

	const int error = dm_earpiece_create(&grown->earpiece, options);

	return error ? error : (int)ears->count++;
}

void dm_ears_finish(struct dm_ears *ears)
{
	for (size_t n = 0; n < ears->count; n++)
		dm_earpiece_destroy(ears->list[n].earpiece);
	free(ears->list);
	*ears = (struct dm_ears){ 0 };
}

void dm_ears_wake(struct dm_ears *ears)
{
	for (size_t n = 0; n < ears->count; n++)
		dm_earpiece_wake(ears->list[n].earpiece);
}

unsigned dm_ears_make(struct dm_ears *ears, dm_usec at)
{
	unsigned failed = 0;

	for (size_t n = 0; n < ears->count; n++) {
		struct dm_ears_entry *ear = &ears->list[n];

		ear->publishes = dm_earpiece_run(ear->earpiece, at);
		if (ear->publishes)
			failed += !dm_earpiece_encode(ear->earpiece, &ear->payload);
	}
	return failed;
}

void dm_ears_publish(const struct dm_ears *ears, const struct dm_track_frame *frame, dm_usec now)
{
	for (size_t n = 0; n < ears->count; n++) {
		const struct dm_ears_entry *ear = &ears->list[n];
		struct dm_track_frame own = *frame;

		if (!ear->publishes)
			continue;
		own.payloads = &ear->payload;
		dm_track_publish(dm_earpiece_track(ear->earpiece), &own, now);
	}
}
