/* relay/control/codec.c: see codec.h */
#include "control/codec.h"

#include <stdlib.h>
#include <string.h>

/* RFC 5761, 4: with the marker bit, payload types of 64 to 95 look like packets of RTCP. */
static bool is_ambiguous(const struct dm_sdp_format *format)
{
	return format->payload_type >= 64 && format->payload_type <= 95;
}

const struct dm_sdp_format *dm_codec_find_opus(const struct dm_sdp_media *media)
{
	for (size_t i = 0; i < media->format_count; i++) {
		const struct dm_sdp_format *format = &media->format[i];

		if (dm_sdp_text_is_nocase(format->name, "opus") && format->clock_rate_hz == 48000 &&
		    format->channels == 2 && !is_ambiguous(format))
			return format;
	}
	return NULL;
}

static bool parse_profile(struct dm_sdp_text text, uint32_t *profile)
{
	char digits[7];
	char *end;

	if (text.bytes != 6)
		return false;
	memcpy(digits, text.data, 6);
	digits[6] = '\0';
	if (strspn(digits, "0123456789abcdefABCDEF") != 6)
		return false;
	*profile = (uint32_t)strtoul(digits, &end, 16);
	return true;
}

/* How well a decoder of this profile takes constrained baseline (RFC 6184, 8.1, table 5):
 * constrained baseline, baseline, then those of which it is a subset. 0: cannot; nor is it then a
 * profile that we take. */
static int rate_profile(const struct dm_sdp_format *format)
{
	const struct dm_sdp_text text = dm_sdp_fmtp(format->fmtp, "profile-level-id");
	uint32_t profile;

	if (!text.data)
		return 3; /* absent means baseline (RFC 6184, 8.1) */
	if (!parse_profile(text, &profile))
		return 0;

	const uint32_t idc = profile >> 16;
	const uint32_t constraints = profile >> 8 & 0xff;

	if (idc == 0x42)
		return constraints & 0x40 ? 4 : 3;
	if (idc == 0x4d)
		return constraints & 0x80 ? 4 : 2;
	return idc == 0x64 ? 1 : 0;
}

static bool is_video(const struct dm_sdp_format *format, const char *name)
{
	return dm_sdp_text_is_nocase(format->name, name) && format->clock_rate_hz == 90000 &&
	       !is_ambiguous(format);
}

/* 0: cannot be used. The relay sends FU-A, which takes packetization-mode 1. Deviates: RFC 6184,
 * 8.1 reads a missing mode as 0; GStreamer leaves it out and takes mode 1, so that a missing one
 * is used where there is nothing better. */
static int rate_h264(const struct dm_sdp_format *format)
{
	const struct dm_sdp_text mode = dm_sdp_fmtp(format->fmtp, "packetization-mode");

	if (!is_video(format, "H264"))
		return 0;
	if (mode.data && !dm_sdp_text_is(mode, "1"))
		return 0;

	const int profile = rate_profile(format);

	return profile && mode.data ? profile + 4 : profile;
}

const struct dm_sdp_format *dm_codec_find_h264(const struct dm_sdp_media *media)
{
	const struct dm_sdp_format *best = NULL;
	int best_rate = 0;

	for (size_t i = 0; i < media->format_count; i++) {
		const int rate = rate_h264(&media->format[i]);

		if (rate > best_rate) { /* of equals the offerer's first */
			best = &media->format[i];
			best_rate = rate;
		}
	}
	return best;
}

/* Modes 0 and 1: in order. What is interleaved (mode 2) nobody sends, and nobody here could use
 * (RFC 6184, 6.4). */
static bool can_take_h264(const struct dm_sdp_format *format)
{
	const struct dm_sdp_text mode = dm_sdp_fmtp(format->fmtp, "packetization-mode");

	return is_video(format, "H264") && !dm_sdp_text_is(mode, "2") && rate_profile(format);
}

const struct dm_sdp_format *dm_codec_find_picture(const struct dm_sdp_media *media,
						  enum dm_codec *codec)
{
	for (size_t i = 0; i < media->format_count; i++) {
		const struct dm_sdp_format *format = &media->format[i];
		const bool h264 = can_take_h264(format);

		if (h264 || is_video(format, "VP8")) {
			*codec = h264 ? DM_CODEC_H264 : DM_CODEC_VP8;
			return format;
		}
	}
	return NULL;
}

const struct dm_sdp_format *dm_codec_find_rtx(const struct dm_sdp_media *media,
					      const struct dm_sdp_format *codec)
{
	for (size_t i = 0; i < media->format_count; i++) {
		const struct dm_sdp_format *format = &media->format[i];
		uint32_t apt;

		if (dm_sdp_text_is_nocase(format->name, "rtx") &&
		    format->clock_rate_hz == codec->clock_rate_hz && format->payload_type &&
		    !is_ambiguous(format) &&
		    dm_sdp_text_number(dm_sdp_fmtp(format->fmtp, "apt"), 127, &apt) &&
		    apt == codec->payload_type)
			return format;
	}
	return NULL;
}
