#include "offer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char *data;
	size_t capacity;
	size_t size;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);

	const int length = vsnprintf(text->data + text->size, text->capacity - text->size, format,
				     arguments);

	va_end(arguments);
	if (length < 0 || (size_t)length >= text->capacity - text->size)
		text->full = true;
	else
		text->size += (size_t)length;
}

/* What RFC 8829, 5.2.1 puts into each m-section. */
static void put_media(struct text *text, const struct dm_offer *offer, const char *mid)
{
	put(text, "c=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=mid:%s\r\na=recvonly\r\na=setup:%s\r\n", mid,
	    offer->active ? "active" : "actpass");
	put(text, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 ", offer->ufrag,
	    offer->pwd);
	for (size_t i = 0; i < offer->fingerprint->bytes; i++)
		put(text, "%s%02X", i ? ":" : "", offer->fingerprint->value[i]);
	put(text, "\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n");
}

int dm_offer_write(const struct dm_offer *offer, char *sdp, size_t capacity_bytes)
{
	struct text text = { .data = sdp, .capacity = capacity_bytes };

	put(&text, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0%s\r\n",
	    offer->video ? " 1" : "");
	put(&text, "m=audio 9 UDP/TLS/RTP/SAVPF %d\r\n", DM_OFFER_OPUS);
	put_media(&text, offer, "0");
	put(&text, "a=rtpmap:%d opus/48000/2\r\na=fmtp:%d minptime=10;useinbandfec=1\r\n",
	    DM_OFFER_OPUS, DM_OFFER_OPUS);
	if (offer->sound_nack)
		put(&text, "a=rtcp-fb:%d nack\r\n", DM_OFFER_OPUS);
	if (offer->video) {
		put(&text, "m=video 9 UDP/TLS/RTP/SAVPF %d", DM_OFFER_H264);
		if (offer->rtx)
			put(&text, " %d", DM_OFFER_RTX);
		put(&text, "\r\n");
		put_media(&text, offer, "1");
		put(&text,
		    "a=rtpmap:%d H264/90000\r\na=fmtp:%d level-asymmetry-allowed=1;"
		    "packetization-mode=1;profile-level-id=42e01f\r\n",
		    DM_OFFER_H264, DM_OFFER_H264);
		put(&text, "a=rtcp-fb:%d nack\r\na=rtcp-fb:%d nack pli\r\na=rtcp-fb:%d ccm fir\r\n",
		    DM_OFFER_H264, DM_OFFER_H264, DM_OFFER_H264);
		if (offer->rtx)
			put(&text, "a=rtpmap:%d rtx/90000\r\na=fmtp:%d apt=%d\r\n", DM_OFFER_RTX,
			    DM_OFFER_RTX, DM_OFFER_H264);
	}
	return text.full ? -ENOSPC : (int)text.size;
}

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* Copies up to the end of the word. False when it does not fit. */
static bool copy_word(const char *from, char *to, size_t capacity)
{
	const size_t length = strcspn(from, " \r\n");

	if (length == 0 || length >= capacity)
		return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

static bool read_fingerprint(const char *text, struct dm_fingerprint *fingerprint)
{
	static const struct {
		const char *name;
		enum dm_hash hash;
		size_t bytes;
	} hashes[] = { { "sha-1 ", DM_HASH_SHA1, 20 },
		       { "sha-256 ", DM_HASH_SHA256, 32 },
		       { "sha-384 ", DM_HASH_SHA384, 48 },
		       { "sha-512 ", DM_HASH_SHA512, 64 } };

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (!starts(text, hashes[i].name))
			continue;

		const char *hex = text + strlen(hashes[i].name);

		for (size_t byte = 0; byte < hashes[i].bytes; byte++) {
			char *end = NULL;

			fingerprint->value[byte] = (uint8_t)strtoul(hex, &end, 16);
			if (end != hex + 2)
				return false;
			hex = end + 1;
		}
		fingerprint->hash = hashes[i].hash;
		fingerprint->bytes = hashes[i].bytes;
		return true;
	}
	return false;
}

/* a=candidate:foundation component transport priority address port typ … (RFC 8839, 5.1). */
static void read_candidate(const char *text, struct dm_answer *answer)
{
	struct dm_candidate candidate = { 0 };
	unsigned component = 0;
	unsigned port = 0;
	char transport[8];

	if (answer->candidate_count == DM_CANDIDATES_MAX ||
	    sscanf(text, "%*s %u %7s %u %45s %u", &component, transport, &candidate.priority,
		   candidate.address, &port) != 5)
		return;
	if (component != 1 || strcasecmp(transport, "udp") != 0 || port == 0 || port > UINT16_MAX)
		return;
	candidate.port = (uint16_t)port;
	candidate.ipv6 = strchr(candidate.address, ':') != NULL;
	answer->candidates[answer->candidate_count++] = candidate;
}

/* a=rtpmap:111 opus/48000/2: the first of each codec counts. */
static void read_codec(const char *text, struct dm_answer *answer)
{
	unsigned type = 0;
	char name[16];

	if (sscanf(text, "%u %15[^/]", &type, name) != 2 || type > 127)
		return;
	if (strcasecmp(name, "opus") == 0 && !answer->audio_type)
		answer->audio_type = (uint8_t)type;
	else if (strcasecmp(name, "H264") == 0 && !answer->video_type)
		answer->video_type = (uint8_t)type;
	else if (strcasecmp(name, "rtx") == 0 && !answer->rtx_type)
		answer->rtx_type = (uint8_t)type;
}

static bool read_media(const char *line, struct dm_answer *answer)
{
	unsigned port = 0;
	char kind[8];

	if (sscanf(line, "m=%7s %u", kind, &port) != 2)
		return false;
	if (strcmp(kind, "audio") == 0)
		answer->audio = port != 0;
	else if (strcmp(kind, "video") == 0)
		answer->video = port != 0;
	return true;
}

/* The first of each is enough: one bundle has one transport (RFC 8843, 7). */
static bool read_line(const char *line, struct dm_answer *answer)
{
	if (starts(line, "m="))
		return read_media(line, answer);
	if (starts(line, "a=ice-ufrag:") && !answer->ufrag[0])
		return copy_word(line + 12, answer->ufrag, sizeof(answer->ufrag));
	if (starts(line, "a=ice-pwd:") && !answer->pwd[0])
		return copy_word(line + 10, answer->pwd, sizeof(answer->pwd));
	if (starts(line, "a=fingerprint:") && !answer->fingerprint.bytes)
		return read_fingerprint(line + 14, &answer->fingerprint);
	if (starts(line, "a=setup:passive"))
		answer->passive = true;
	else if (starts(line, "a=ice-lite"))
		answer->ice_lite = true;
	else if (starts(line, "a=rtpmap:"))
		read_codec(line + 9, answer);
	else if (starts(line, "a=candidate:"))
		read_candidate(line + 12, answer);
	return true;
}

static bool seen_before(const struct dm_answer *answer, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (answer->candidates[i].port == answer->candidates[n].port &&
		    strcmp(answer->candidates[i].address, answer->candidates[n].address) == 0)
			return true;
	return false;
}

int dm_answer_read(const char *sdp, struct dm_answer *answer)
{
	*answer = (struct dm_answer){ 0 };
	for (const char *line = sdp; *line; line += strspn(line, "\r\n")) {
		if (!read_line(line, answer))
			return -EPROTO;
		line += strcspn(line, "\r\n");
		/* The same candidate stands in every m-section of some answers. */
		if (answer->candidate_count > 0 && seen_before(answer, answer->candidate_count - 1))
			answer->candidate_count--;
	}
	if (!answer->ufrag[0] || !answer->pwd[0] || !answer->fingerprint.bytes ||
	    !answer->passive || !answer->candidate_count)
		return -EPROTO;
	return 0;
}

const struct dm_candidate *dm_answer_candidate(const struct dm_answer *answer,
					       const char *preferred)
{
	const struct dm_candidate *best = NULL;

	for (size_t i = 0; i < answer->candidate_count; i++) {
		const struct dm_candidate *candidate = &answer->candidates[i];

		if (preferred && strcmp(candidate->address, preferred) == 0)
			return candidate;
		if (!best || (best->ipv6 && !candidate->ipv6) ||
		    (best->ipv6 == candidate->ipv6 && candidate->priority > best->priority))
			best = candidate;
	}
	return best;
}
