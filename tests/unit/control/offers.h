/* tests/unit/control/offers.h: the offers of real clients in tests/data/offers, and answers to
 * them. */
#ifndef OFFERS_H
#define OFFERS_H

#include "control/negotiation.h"

#include <stddef.h>

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
