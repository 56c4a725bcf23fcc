/* relay/ingest/rtp_uri.h
 *
 * Sources that come as datagrams, udp: and rtp: (source_uri.h lists their forms): what their
 * parameters say comes in them, MPEG-TS, PCM of AES67, or Opus and H.264 to pass through.
 *
 * Pure. Thread: any.
 */
#ifndef DM_INGEST_RTP_URI_H
#define DM_INGEST_RTP_URI_H

#include "ingest/source_uri.h"
#include "ingest/uri_part.h"

/* Both read what stands between "//" and "?", and what comes after that, which is cut up and is
 * NULL without "?", into `out`. Return 0, or -EINVAL with a complaint. */
int dm_rtp_uri_parse(struct dm_source_uri *out, const char *authority, char *query,
		     const struct dm_uri_complaint *to);
int dm_rtp_uri_parse_udp(struct dm_source_uri *out, const char *authority, char *query,
			 const struct dm_uri_complaint *to);

#endif
