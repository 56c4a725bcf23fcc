/* relay/control/fitness_news.h
 *
 * Tells those in booths how fit for interpretation the floor's sound is, and their own: what the
 * watch finds, whenever that has changed. Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_FITNESS_NEWS_H
#define DM_CONTROL_FITNESS_NEWS_H

#include "control/hub_private.h"

/* The watch (there is one) has looked again. */
void dm_fitness_news_look(struct dm_hub *hub);

#endif
