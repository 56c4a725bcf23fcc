/* relay/ingest/slot_news.c: see slot.h */
#include "ingest/slot.h"

#include <stdio.h>

/* On the control thread. */
static gboolean tell_room(gpointer user)
{
	struct dm_slot *slot = user;

	if (slot->channel)
		dm_room_set_channel_state(slot->room, slot->channel,
					  (enum dm_feed_state)atomic_load(&slot->sound_state));
	if (slot->picture)
		dm_room_set_picture_state(slot->room, slot->picture,
					  (enum dm_feed_state)atomic_load(&slot->picture_state));
	return G_SOURCE_REMOVE;
}

void dm_slot_on_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	struct dm_slot *slot = user;

	atomic_store(&slot->sound_state, (int)sound);
	atomic_store(&slot->picture_state, (int)picture);
	dm_metric_set(&slot->sound_live, sound == DM_FEED_LIVE);
	dm_metric_set(&slot->picture_live, picture == DM_FEED_LIVE);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_room, slot, NULL);
}

bool dm_slot_is_floor(const struct dm_slot *slot)
{
	return slot->channel == slot->room->channels;
}

/* On the control thread. */
static gboolean tell_format(gpointer user)
{
	struct dm_slot *slot = user;

	g_mutex_lock(&slot->lock);
	dm_room_set_source_format(slot->room, slot->format);
	g_mutex_unlock(&slot->lock);
	return G_SOURCE_REMOVE;
}

void dm_slot_on_format(void *user, const char *format)
{
	struct dm_slot *slot = user;

	if (!dm_slot_is_floor(slot))
		return;
	g_mutex_lock(&slot->lock);
	g_strlcpy(slot->format, format, sizeof(slot->format));
	g_mutex_unlock(&slot->lock);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_format, slot, NULL);
}

/* On the control thread. */
static gboolean tell_still(gpointer user)
{
	struct dm_slot *slot = user;

	g_mutex_lock(&slot->lock);
	GBytes *still = g_steal_pointer(&slot->still);

	g_mutex_unlock(&slot->lock);
	if (still)
		dm_room_set_still(slot->room, slot->picture, still);
	return G_SOURCE_REMOVE;
}

void dm_slot_on_still(void *user, GBytes *jpeg)
{
	struct dm_slot *slot = user;

	g_mutex_lock(&slot->lock);
	g_clear_pointer(&slot->still, g_bytes_unref);
	slot->still = jpeg;
	g_mutex_unlock(&slot->lock);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_still, slot, NULL);
}

static gboolean tell_direct(gpointer user)
{
	struct dm_slot *slot = user;

	dm_room_set_direct(slot->room, atomic_load(&slot->direct_sound),
			   atomic_load(&slot->direct_picture));
	return G_SOURCE_REMOVE;
}

void dm_slot_on_direct_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	struct dm_slot *slot = user;

	atomic_store(&slot->direct_sound, sound == DM_FEED_LIVE);
	atomic_store(&slot->direct_picture, picture == DM_FEED_LIVE);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_direct, slot, NULL);
}

/* What comes as it is said to, and its size as the stills tell it. */
static void tell_forward_format(struct dm_slot *slot, enum dm_feed_state sound,
				enum dm_feed_state picture)
{
	char format[DM_SOURCE_FORMAT_SIZE];

	snprintf(format, sizeof(format), "%s%s%s", picture == DM_FEED_LIVE ? "H.264" : "",
		 picture == DM_FEED_LIVE && sound == DM_FEED_LIVE ? ", " : "",
		 sound == DM_FEED_LIVE ? "Opus" : "");
	dm_slot_on_format(slot, format);
}

void dm_slot_on_forward_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	struct dm_slot *slot = user;

	if (slot->picture && picture != DM_FEED_LIVE) { /* nothing that could stand still */
		dm_metric_set(&slot->picture->health.still_ms, 0);
		dm_metric_set(&slot->picture->health.black_ms, 0);
	}
	tell_forward_format(slot, sound, picture);
	dm_slot_on_state(user, sound, picture);
}
