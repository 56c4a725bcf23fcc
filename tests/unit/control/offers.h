/* tests/unit/control/offers.h: the offers of real clients in tests/data/offers. */
#ifndef OFFERS_H
#define OFFERS_H

#include <stddef.h>

/* malloc'd, NUL-terminated; fails the test when it cannot be read. */
char *offer_read(const char *name, size_t *bytes);

/* A copy of `text` (malloc'd) with the first `from` replaced; fails the test when it is absent. */
char *text_replace(const char *text, const char *from, const char *to);

#endif
