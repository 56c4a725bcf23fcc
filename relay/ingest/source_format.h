/* relay/ingest/source_format.h
 *
 * What a source brings, for people to read: "H.264 1920x1080 25 fps, AAC 48 kHz stereo".
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_SOURCE_FORMAT_H
#define DM_INGEST_SOURCE_FORMAT_H

#include <gst/gst.h>
#include <stdbool.h>
#include <stddef.h>

/* A stream; what is 0 or "" is not known. */
struct dm_stream_format {
	char codec[24];
	int width; /* pixels */
	int height;
	int rate_numerator; /* frames a second */
	int rate_denominator;
	int rate_hz; /* samples */
	int channels;
};

struct dm_source_format {
	struct dm_stream_format picture;
	struct dm_stream_format sound;
};

/* Takes from caps of a coded stream, or of the decoded one, what they tell; a decoded stream's
 * codec stays what it was. Those of other things are passed over. */
void dm_source_format_read(struct dm_source_format *format, const GstCaps *caps);

/* Writes the text, cut at `bytes`. */
void dm_source_format_print(const struct dm_source_format *format, char *text, size_t bytes);

#endif
