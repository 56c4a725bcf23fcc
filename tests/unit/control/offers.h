/* tests/unit/control/offers.h: the offers of real clients in tests/data/offers, and answers to
 * them. */
#ifndef OFFERS_H
#define OFFERS_H

#include "control/negotiation.h"

#include <stddef.h>

/* The session level of an offer that lacks nothing. */
#define OFFER_TOP                                                                     \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a v\r\n"   \
	"a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n" \
	"a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\r\n"

/* A trickle ICE fragment with new credentials, as of a restart, and one without (RFC 9725, 4.3). */
#define FRAGMENT_RESTART                                                                 \
	"a=ice-options:trickle ice2\r\na=group:BUNDLE 0 1\r\n"                           \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"                                 \
	"a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n"                     \
	"a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 " \
	"ufrag ysXw network-id 1\r\n"
#define FRAGMENT_TRICKLE                                                                    \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"                                    \
	"a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n" \
	"a=end-of-candidates\r\n"

/* malloc'd, NUL-terminated; fails the test when it cannot be read. */
char *offer_read(const char *name, size_t *bytes);

/* A copy of `text` (malloc'd) with the first `from` replaced; fails the test when it is absent. */
char *text_replace(const char *text, const char *from, const char *to);

/* What a transport might say to a peer so negotiated. */
struct dm_peer_answer answer_to(const struct dm_negotiation *negotiation);

/* Negotiates `offer` and writes the answer (g_free); both are the caller's. */
char *answer_offer(struct dm_negotiation **negotiation,
		   const struct dm_negotiation_options *options, const char *offer);

/* What our own reader makes of our own answer: its m-lines must mirror the offer's. */
void assert_mirrors(const struct dm_negotiation *negotiation, const char *answer);

void assert_has(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);

#endif
