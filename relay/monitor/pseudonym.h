/* relay/monitor/pseudonym.h
 *
 * Names as they are kept: the same person has the same pseudonym all through an event, another one
 * in the next, and nobody who lacks the key can try names out on it. The key is a file beside the
 * history; deleting it after the event makes the pseudonyms final.
 *
 * Thread: one at a time.
 */
#ifndef DM_MONITOR_PSEUDONYM_H
#define DM_MONITOR_PSEUDONYM_H

#include <stdint.h>

#define DM_PSEUDONYM_KEY_BYTES 32 /* as long as the hash: RFC 2104, 3 */
#define DM_PSEUDONYM_SIZE      19 /* "p-", 16 hexadecimal digits, NUL */

/* Reads the key, or makes one for the owner's eyes alone where there is no file. Returns 0,
 * -EBADMSG (a file of another size) or -errno of open(2), read(2), write(2), rename(2). */
int dm_pseudonym_key_load(const char *path, uint8_t key[DM_PSEUDONYM_KEY_BYTES]);

/* 64 bits of HMAC-SHA-256 (RFC 2104) over event, NUL and name: two of 10,000 people share one
 * with a chance of 3 in 10^12. */
void dm_pseudonym(const uint8_t key[DM_PSEUDONYM_KEY_BYTES], const char *event, const char *name,
		  char out[DM_PSEUDONYM_SIZE]);

#endif
