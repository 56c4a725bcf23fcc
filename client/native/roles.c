#include "roles.h"

#include <stdint.h>

#define ALL_UP_TO 100 /* a crowd that one core decrypts without noticing; choice */
#define HUNDREDTH 100

unsigned dm_sample_every(unsigned listeners)
{
	return listeners > ALL_UP_TO ? HUNDREDTH : 1;
}

bool dm_roles_sampled(const struct dm_roles *roles, unsigned listener, unsigned listeners)
{
	const unsigned every = roles->sample_every ? roles->sample_every
						   : dm_sample_every(listeners);

	return listener % every == 0;
}

/* How many of the first `n` listeners are among a share; millionths, so that 0.05 of 20 is 1. */
static uint64_t of_first(double share, unsigned n)
{
	return (uint64_t)(share * 1e6 + 0.5) * n / 1000000;
}

enum dm_manner dm_roles_manner(const struct dm_roles *roles, unsigned listener)
{
	const double both = roles->stalled + roles->storm;
	const uint64_t before = of_first(both, listener);

	if (of_first(both, listener + 1) == before)
		return DM_MANNER_HEALTHY;
	/* Of those that misbehave, the storm's own share. */
	return of_first(roles->storm / both, (unsigned)before + 1) >
			       of_first(roles->storm / both, (unsigned)before)
		       ? DM_MANNER_STORM
		       : DM_MANNER_STALLED;
}
