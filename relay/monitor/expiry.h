/* relay/monitor/expiry.h
 *
 * When a certificate chain is no longer good.
 *
 * Pure. Thread: any.
 */
#ifndef DM_MONITOR_EXPIRY_H
#define DM_MONITOR_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

/* The first end of validity (RFC 5280, 4.1.2.5) among the certificates of a PEM text (RFC 7468, 5),
 * in seconds since 1970: clients refuse a chain with one that is over. What else the text holds,
 * such as a key, is passed over. Returns 0, -ENODATA (no certificate), -EBADMSG (one that cannot be
 * read) or -ENOMEM. */
int dm_expiry_of_chain(const char *pem, size_t bytes, int64_t *end);

#endif
