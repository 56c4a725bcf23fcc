/* relay/ingest/uri_part.h
 *
 * The parts that the URIs of sources are made of (RFC 3986, 3): a host with its port, a query of
 * "key=value&key=value", numbers and percent-codes; and the sentence that says what is wrong.
 *
 * Pure. Thread: any.
 */
#ifndef DM_INGEST_URI_PART_H
#define DM_INGEST_URI_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_URI_HOST_MAX 256 /* bytes with the NUL; RFC 1035, 2.3.4: a name has at most 255 */

/* Where a sentence goes that says what would be right; cut at `bytes`, of which 0 is allowed. */
struct dm_uri_complaint {
	char *text;
	size_t bytes;
};

/* Writes it. Returns -EINVAL, for whoever found the mistake to return. */
int dm_uri_complain(const struct dm_uri_complaint *to, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A decimal number within least..most, and nothing else. */
bool dm_uri_number(const char *text, long least, long most, long *value);

/* RFC 3986, 2.1. `out` holds at least strlen(text) + 1; it may be `text`. False: not encoded as it
 * must be, or with a NUL. */
bool dm_uri_decode(char *out, const char *text);

/* host:port, [v6]:port, :port, @group:port. `fallback` stands for a missing port; 0: required.
 * Returns 0 or -EINVAL. */
int dm_uri_authority(char host[static DM_URI_HOST_MAX], uint16_t *port, const char *authority,
		     uint16_t fallback, const struct dm_uri_complaint *to);

/* One parameter, its value decoded, both borrowed for the call. Returns 0, or -EINVAL with a
 * complaint: not known, or not good. */
typedef int dm_uri_parameter_fn(void *user, const char *key, const char *value,
				const struct dm_uri_complaint *to);

/* Takes each parameter of `query`, which is cut up; NULL: there is none. Returns 0, or -EINVAL at
 * the first that is wrong. */
int dm_uri_each_parameter(char *query, dm_uri_parameter_fn *take, void *user,
			  const struct dm_uri_complaint *to);

#endif
