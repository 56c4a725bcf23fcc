/* client/native/roles.h
 *
 * Who in a crowd does what: who decrypts all it gets and who only counts it, who misbehaves.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_ROLES_H
#define DM_CLIENT_ROLES_H

#include <stdbool.h>

enum dm_manner {
	DM_MANNER_HEALTHY,
	DM_MANNER_STALLED, /* once it has media, does nothing but ICE consent */
	DM_MANNER_STORM,   /* once it has media, sends 1,000 NACKs a second */
	DM_MANNERS,
};

struct dm_roles {
	unsigned sample_every; /* 0: as dm_sample_every has it */
	double stalled;        /* share, 0..1 */
	double storm;          /* likewise; both together at most 1 */
};

/* Every how manieth of a crowd is decrypted where nothing is asked for. */
unsigned dm_sample_every(unsigned listeners);

bool dm_roles_sampled(const struct dm_roles *roles, unsigned listener, unsigned listeners);

/* Shares are spread evenly over the crowd, and of `n` listeners there are `share * n` (rounded
 * down) of a kind. */
enum dm_manner dm_roles_manner(const struct dm_roles *roles, unsigned listener);

#endif
