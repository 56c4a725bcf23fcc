/* What a survey of the sound and the transport would tell, set by the test. */
#ifndef FAKE_MEASURES_H
#define FAKE_MEASURES_H

#include "audio/survey.h"
#include "transport/load.h"
#include "transport/networks.h"

#define FAKE_SOUNDS   64
#define FAKE_NETWORKS 100
#define FAKE_WORKERS  2

struct fake_measures {
	struct dm_surveyed_channel channels[FAKE_SOUNDS];
	struct dm_surveyed_microphone microphones[FAKE_SOUNDS][DM_ENGINE_MICROPHONES];
	struct dm_network networks[FAKE_NETWORKS];
	size_t network_count;
	struct dm_worker_load workers[FAKE_WORKERS];
};

extern struct fake_measures fake_measures;

/* Any pointer but NULL will do: there is one. */
#define FAKE_MEASURED ((struct dm_survey *)&fake_measures)

/* Everybody speaks well, and nobody's packets are lost. */
void fake_measures_reset(void);

#endif
