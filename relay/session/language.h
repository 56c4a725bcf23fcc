/* relay/session/language.h
 *
 * Which languages somebody takes, and what a delegate who understands some of them hears.
 *
 * Pure, plain data. Thread: any.
 */
#ifndef DM_SESSION_LANGUAGE_H
#define DM_SESSION_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_LANGUAGE_SIZE 36 /* with NUL; room for 35 characters (RFC 5646, 4.4.1) */
#define DM_LANGUAGES_MAX 16 /* choice: more than anybody understands */

struct dm_languages {
	char tags[DM_LANGUAGES_MAX][DM_LANGUAGE_SIZE];
	size_t count;
};

/* Whether `tag` could be a language tag: 1 to 35 letters and digits in subtags of 1 to 8 (RFC 5646,
 * 2.1). The whole grammar is checked where configurations are read. */
bool dm_language_is_plausible(const char *tag);

/* One range or tag is the other, or begins it at a hyphen, as in basic filtering (RFC 4647, 3.3.1)
 * but both ways: who takes "pt" follows "pt-BR", who takes "zh-Hans" follows "zh". No case. */
bool dm_language_matches(const char *a, const char *b);

/* Adds a tag; one that is there already is not added again. Returns 0, -EINVAL or -ENOSPC. */
int dm_languages_add(struct dm_languages *languages, const char *tag);

/* "mul" and "und" (several, unknown: ISO 639-2) match nothing, whatever the set. */
bool dm_languages_take(const struct dm_languages *languages, const char *tag);

/* "My languages": the channel to bind a delegate to, who chose `channel` and understands
 * `understood`. 0, the floor, while its language is understood; else the chosen channel. An empty
 * set follows the choice. Asked when a delegate chooses and when the floor's language changes. */
uint8_t dm_my_languages_channel(const struct dm_languages *understood, const char *floor_language,
				uint8_t channel);

#endif
