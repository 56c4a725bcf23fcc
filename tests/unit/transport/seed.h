/* tests/unit/transport/seed.h
 *
 * Repeatable randomness for tests: the seed is printed, and DM_SEED sets it.
 */
#ifndef DM_TEST_TRANSPORT_SEED_H
#define DM_TEST_TRANSPORT_SEED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed_state;

static inline void seed_start(uint64_t fallback)
{
	const char *text = getenv("DM_SEED");

	seed_state = text ? strtoull(text, NULL, 0) : fallback;
	printf("DM_SEED=%llu\n", (unsigned long long)seed_state);
}

/* splitmix64 */
static inline uint64_t seed_next(void)
{
	uint64_t z = (seed_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0..limit-1 */
static inline uint32_t seed_below(uint32_t limit)
{
	return (uint32_t)(seed_next() % limit);
}

static inline void seed_fill(void *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		((uint8_t *)data)[i] = (uint8_t)seed_next();
}

#endif
