/* relay/control/codec.h
 *
 * Which of the payload types that an m-line offers the relay can send, or take.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONTROL_CODEC_H
#define DM_CONTROL_CODEC_H

#include "control/sdp.h"

/* All return NULL when there is none; what they return is of `media`. Payload types that RTCP on
 * the same port would be taken for are passed over (RFC 5761, 4). */

/* RFC 7587, 7: the clock rate is 48000 and the channels are 2, whatever is sent. */
const struct dm_sdp_format *dm_codec_find_opus(const struct dm_sdp_media *media);

/* H.264 as we send it: constrained baseline in FU-A (RFC 6184, 5.8). The best for it, of equals the
 * offerer's first. */
const struct dm_sdp_format *dm_codec_find_h264(const struct dm_sdp_media *media);

/* A picture that we can take: the offerer's first of H.264 (baseline, main, high) or VP8. */
const struct dm_sdp_format *dm_codec_find_picture(const struct dm_sdp_media *media,
						  enum dm_codec *codec);

/* RFC 4588, 8.6: the apt parameter names the payload type that is retransmitted. */
const struct dm_sdp_format *dm_codec_find_rtx(const struct dm_sdp_media *media,
					      const struct dm_sdp_format *format);

#endif
