#include "monitor/webhook_signature.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>

void dm_webhook_sign(const char *secret, size_t secret_bytes, int64_t time, const char *body,
		     size_t body_bytes, char out[DM_WEBHOOK_SIGNATURE_SIZE])
{
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret, secret_bytes);
	char stamp[24];
	const int length = snprintf(stamp, sizeof(stamp), "%" PRId64 ".", time);

	g_hmac_update(hmac, (const guchar *)stamp, length);
	g_hmac_update(hmac, (const guchar *)body, (gssize)body_bytes);
	snprintf(out, DM_WEBHOOK_SIGNATURE_SIZE, "t=%" PRId64 ",v1=%s", time,
		 g_hmac_get_string(hmac));
	g_hmac_unref(hmac);
}
