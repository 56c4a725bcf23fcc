#include "session/reception_metrics.h"

#include <glib.h>

#define USEC_PER_SEC 1000000
#define THOUSAND     1000

static bool has_own_track(const struct dm_room *room, const struct dm_channel *channel)
{
	return channel == room->channels || channel->track != room->channels[0].track;
}

static int add_channel(struct dm_metrics *metrics, const struct dm_room *room,
		       const struct dm_channel *channel)
{
	const struct dm_reception *reception = dm_track_reception(channel->track);
	char *labels = g_strdup_printf("room=\"%s\",channel=\"%s\"", room->options->id,
				       channel->lang);
	int error = dm_metrics_add_histogram(
		metrics, "dragoman_channel_reception_round_trip_seconds",
		"Round trips to those who hear the channel, by their reports.", labels,
		&reception->round_trip, USEC_PER_SEC);

	if (error == 0)
		error = dm_metrics_add_histogram(
			metrics, "dragoman_channel_reception_loss_ratio",
			"Share of packets that those who hear the channel report lost.", labels,
			&reception->loss, THOUSAND);
	if (error == 0)
		error = dm_metrics_add(metrics, DM_METRIC_COUNTER,
				       "dragoman_channel_resent_packets_total",
				       "Packets sent again to those who hear the channel.", labels,
				       &reception->resent, 1);
	g_free(labels);
	return error;
}

static int add_picture(struct dm_metrics *metrics, const struct dm_room *room,
		       const struct dm_picture *picture, const char *kind)
{
	int error = 0;

	for (size_t n = 0; n < picture->track_count && error == 0; n++) {
		/* The rung's number too: nobody forbids two of one height. */
		char *labels = g_strdup_printf("room=\"%s\",picture=\"%s\",rung=\"%zu\","
					       "height=\"%u\"",
					       room->options->id, kind, n,
					       picture->options->ladder[n].height);

		error = dm_metrics_add(metrics, DM_METRIC_GAUGE, "dragoman_picture_readers",
				       "Peers that get this rung of the picture.", labels,
				       dm_track_readers_metric(picture->tracks[n]), 1);
		g_free(labels);
	}
	return error;
}

int dm_reception_metrics_add(struct dm_metrics *metrics, struct dm_room *room)
{
	int error = 0;

	for (size_t c = 0; c < room->channel_count && error == 0; c++) {
		if (has_own_track(room, &room->channels[c]))
			error = add_channel(metrics, room, &room->channels[c]);
	}
	if (error == 0)
		error = add_picture(metrics, room, &room->picture, "picture");
	return error == 0 ? add_picture(metrics, room, &room->sign, "sign") : error;
}

static void remove_picture(struct dm_metrics *metrics, const struct dm_picture *picture)
{
	for (size_t n = 0; n < picture->track_count; n++)
		dm_metrics_remove(metrics, dm_track_readers_metric(picture->tracks[n]),
				  sizeof(struct dm_metric));
}

void dm_reception_metrics_remove(struct dm_metrics *metrics, struct dm_room *room)
{
	for (size_t c = 0; c < room->channel_count; c++) {
		struct dm_track *track = room->channels[c].track;

		if (track) /* a room may have got no further */
			dm_metrics_remove(metrics, dm_track_reception(track),
					  sizeof(struct dm_reception));
	}
	remove_picture(metrics, &room->picture);
	remove_picture(metrics, &room->sign);
}
