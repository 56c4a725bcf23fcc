/* relay/monitor/webhook_signature.h
 *
 * How a receiver knows that a post is ours and fresh: a header with the time and an HMAC-SHA-256
 * (RFC 2104) over time and body, by a secret that both know.
 *
 * Pure. Thread: any.
 */
#ifndef DM_MONITOR_WEBHOOK_SIGNATURE_H
#define DM_MONITOR_WEBHOOK_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#define DM_WEBHOOK_SIGNATURE_HEADER "Dragoman-Signature"
#define DM_WEBHOOK_SIGNATURE_SIZE   96 /* "t=", 20 digits, ",v1=", 64 hexadecimal digits, NUL */

/* "t=1795334400,v1=5257…": the hash is of the time's digits, a full stop and the body. `time` is in
 * seconds since 1970, `secret` may hold any bytes. */
void dm_webhook_sign(const char *secret, size_t secret_bytes, int64_t time, const char *body,
		     size_t body_bytes, char out[DM_WEBHOOK_SIGNATURE_SIZE]);

#endif
