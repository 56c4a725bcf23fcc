#include "ingest/rtp_uri.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define PCM_RATE_HZ 48000 /* what AES67, 7.1 requires of every device */

static int network_parameter(void *user, const char *key, const char *value,
			     const struct dm_uri_complaint *to)
{
	struct dm_source_uri *out = user;

	if (strcmp(key, "iface") != 0)
		return dm_uri_complain(to, "udp and rtp sources know iface, not \"%s\"", key);
	if (*value == '\0' || strlen(value) >= sizeof(out->iface)) /* IFNAMSIZ */
		return dm_uri_complain(to, "\"%s\" is no network interface", value);
	strcpy(out->iface, value);
	return 0;
}

static int rtp_parameter(void *user, const char *key, const char *value,
			 const struct dm_uri_complaint *to)
{
	struct dm_source_uri *out = user;
	long number = 0;

	if (strcmp(key, "encoding") == 0) {
		if (strcasecmp(value, "MP2T") == 0)
			return 0;
		if (strcasecmp(value, "L16") != 0 && strcasecmp(value, "L24") != 0)
			return dm_uri_complain(to, "encoding=%s: write L16, L24 or MP2T", value);
		out->kind = DM_SOURCE_RTP_PCM;
		out->pcm_bits = value[1] == '1' ? 16 : 24;
		return 0;
	}
	if (strcmp(key, "rate") == 0) {
		if (!dm_uri_number(value, 8000, 192000, &number))
			return dm_uri_complain(to, "rate=%s: 8000 to 192000 Hz", value);
		out->pcm_rate_hz = (uint32_t)number;
		return 0;
	}
	if (strcmp(key, "channels") == 0 || strcmp(key, "channel") == 0) {
		if (!dm_uri_number(value, 1, DM_SOURCE_PCM_MAX, &number))
			return dm_uri_complain(to, "%s=%s: 1 to %d", key, value, DM_SOURCE_PCM_MAX);
		if (key[7] == 's')
			out->pcm_channels = (uint8_t)number;
		else
			out->pcm_channel = (uint8_t)number;
		return 0;
	}
	if (strcmp(key, "opus") == 0 || strcmp(key, "h264") == 0) {
		if (!dm_uri_number(value, 96, 127, &number)) /* dynamic: RFC 3551, 3 */
			return dm_uri_complain(to, "%s=%s: write its RTP payload type, 96 to 127",
					       key, value);
		*(key[0] == 'o' ? &out->opus_type : &out->h264_type) = (uint8_t)number;
		return 0;
	}
	if (strcmp(key, "iface") != 0)
		return dm_uri_complain(
			to,
			"rtp sources know encoding, rate, channels, channel, opus, h264 and iface, not \"%s\"",
			key);
	return network_parameter(out, key, value, to);
}

/* What is passed through: payload types, and an address that a port can be opened on at once. */
static int check_forward(struct dm_source_uri *out, const struct dm_uri_complaint *to)
{
	struct in6_addr address;

	if (out->kind == DM_SOURCE_RTP_PCM || out->pcm_rate_hz != PCM_RATE_HZ ||
	    out->pcm_channels != 1)
		return dm_uri_complain(
			to,
			"with opus or h264 the source is passed through as it comes: leave out encoding, rate, channels and channel");
	if (out->opus_type == out->h264_type)
		return dm_uri_complain(to, "opus and h264 need two payload types, not %u for both",
				       out->opus_type);
	if (out->host[0] && inet_pton(AF_INET, out->host, &address) != 1 &&
	    inet_pton(AF_INET6, out->host, &address) != 1)
		return dm_uri_complain(
			to,
			"\"%s\" is no numeric address of this machine or of a multicast group; without one any will do",
			out->host);
	out->kind = DM_SOURCE_RTP_FORWARD;
	return 0;
}

int dm_rtp_uri_parse_udp(struct dm_source_uri *out, const char *authority, char *query,
			 const struct dm_uri_complaint *to)
{
	out->kind = DM_SOURCE_UDP_TS;
	out->listens = true;

	const int error = dm_uri_authority(out->host, &out->port, authority, 0, to);

	return error ? error : dm_uri_each_parameter(query, network_parameter, out, to);
}

int dm_rtp_uri_parse(struct dm_source_uri *out, const char *authority, char *query,
		     const struct dm_uri_complaint *to)
{
	out->kind = DM_SOURCE_RTP_TS;
	out->listens = true;
	out->pcm_rate_hz = PCM_RATE_HZ;
	out->pcm_channels = 1;
	out->pcm_channel = 1;

	int error = dm_uri_authority(out->host, &out->port, authority, 0, to);

	if (!error)
		error = dm_uri_each_parameter(query, rtp_parameter, out, to);
	if (!error && out->pcm_channel > out->pcm_channels)
		error = dm_uri_complain(to, "channel=%u of channels=%u: count from 1",
					out->pcm_channel, out->pcm_channels);
	if (!error && (out->opus_type || out->h264_type))
		error = check_forward(out, to);
	return error;
}
