#include "missing.h"

#include <string.h>

#define ASK_AGAIN DM_MSEC(50) /* choice: about a round trip */
#define ASK_MOST  10          /* as libwebrtc does */

static void forget(struct dm_missing *missing, size_t n)
{
	missing->count--;
	memmove(&missing->entries[n], &missing->entries[n + 1],
		(missing->count - n) * sizeof(missing->entries[0]));
}

void dm_missing_note(struct dm_missing *missing, uint16_t first, unsigned count, dm_usec now)
{
	/* What would be pushed out at once is not worth a place. */
	const unsigned skip = count > DM_MISSING_MAX ? count - DM_MISSING_MAX : 0;

	for (unsigned i = skip; i < count; i++) {
		if (missing->count == DM_MISSING_MAX)
			forget(missing, 0);
		missing->entries[missing->count].sequence = (uint16_t)(first + i);
		missing->entries[missing->count].asked = 0;
		missing->entries[missing->count++].due = now;
	}
}

bool dm_missing_came(struct dm_missing *missing, uint16_t sequence)
{
	for (size_t i = 0; i < missing->count; i++) {
		if (missing->entries[i].sequence == sequence) {
			forget(missing, i);
			return true;
		}
	}
	return false;
}

size_t dm_missing_ask(struct dm_missing *missing, uint16_t *sequences, dm_usec now)
{
	size_t asked = 0;

	for (size_t i = 0; i < missing->count;) {
		if (now < missing->entries[i].due) {
			i++;
		} else if (missing->entries[i].asked == ASK_MOST) {
			forget(missing, i);
		} else {
			sequences[asked++] = missing->entries[i].sequence;
			missing->entries[i].asked++;
			missing->entries[i++].due = now + ASK_AGAIN;
		}
	}
	return asked;
}
