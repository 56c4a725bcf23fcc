#include "base/backoff.h"

/* What was good so long is not broken, it was interrupted: try again at once. Choice:
 * long enough that a source which always dies at its first key frame is not hammered. */
#define GOOD_FOR DM_SEC(2)

struct dm_backoff dm_backoff_init(dm_usec least, dm_usec most)
{
	return (struct dm_backoff){
		.least = least,
		.most = most < least ? least : most,
		.next = least,
	};
}

dm_usec dm_backoff_next(struct dm_backoff *backoff, dm_usec lived)
{
	if (lived >= GOOD_FOR)
		backoff->next = backoff->least;

	const dm_usec wait = backoff->next;

	backoff->next = wait > backoff->most / 2 ? backoff->most : wait * 2;
	return wait;
}
