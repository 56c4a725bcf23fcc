#include "ingest/source_format.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *media;
	const char *codec;
} codecs[] = {
	{ "video/x-h264", "H.264" },    { "video/x-h265", "H.265" }, { "video/x-vp8", "VP8" },
	{ "video/x-vp9", "VP9" },       { "video/x-av1", "AV1" },    { "video/mpeg", "MPEG-2" },
	{ "image/jpeg", "JPEG" },       { "video/x-raw", "raw" },    { "audio/x-opus", "Opus" },
	{ "audio/x-vorbis", "Vorbis" }, { "audio/x-ac3", "AC-3" },   { "audio/x-eac3", "E-AC-3" },
	{ "audio/x-flac", "FLAC" },     { "audio/x-alaw", "A-law" }, { "audio/x-mulaw", "mu-law" },
	{ "audio/x-raw", "PCM" },
};

/* RFC 3551's names and MPEG's: one media type has many coders there (GStreamer's caps). */
static const char *mpeg_sound(const GstStructure *structure)
{
	gint version = 0, layer = 0;

	gst_structure_get_int(structure, "mpegversion", &version);
	gst_structure_get_int(structure, "layer", &layer);
	if (version != 1)
		return "AAC";
	return layer == 3 ? "MP3" : layer == 2 ? "MP2" : "MPEG audio";
}

static const char *name_of(const GstStructure *structure)
{
	const char *media = gst_structure_get_name(structure);

	if (strcmp(media, "audio/mpeg") == 0)
		return mpeg_sound(structure);
	for (size_t n = 0; n < G_N_ELEMENTS(codecs); n++)
		if (strcmp(media, codecs[n].media) == 0)
			return codecs[n].codec;
	return strchr(media, '/') + 1;
}

static void read_picture(struct dm_stream_format *format, const GstStructure *structure)
{
	gst_structure_get_int(structure, "width", &format->width);
	gst_structure_get_int(structure, "height", &format->height);
	gst_structure_get_fraction(structure, "framerate", &format->rate_numerator,
				   &format->rate_denominator);
}

static void read_sound(struct dm_stream_format *format, const GstStructure *structure)
{
	gst_structure_get_int(structure, "rate", &format->rate_hz);
	gst_structure_get_int(structure, "channels", &format->channels);
}

void dm_source_format_read(struct dm_source_format *format, const GstCaps *caps)
{
	if (gst_caps_is_any(caps) || gst_caps_is_empty(caps))
		return;

	const GstStructure *structure = gst_caps_get_structure(caps, 0);
	const char *media = gst_structure_get_name(structure);
	const bool is_sound = g_str_has_prefix(media, "audio/");
	struct dm_stream_format *stream = is_sound ? &format->sound : &format->picture;

	if (!is_sound && !g_str_has_prefix(media, "video/") && !g_str_has_prefix(media, "image/"))
		return;
	if (!g_str_has_suffix(media, "/x-raw") || !stream->codec[0])
		snprintf(stream->codec, sizeof(stream->codec), "%s", name_of(structure));
	if (is_sound)
		read_sound(stream, structure);
	else
		read_picture(stream, structure);
}

static void print_picture(const struct dm_stream_format *format, GString *text)
{
	g_string_append(text, format->codec);
	if (format->width > 0 && format->height > 0)
		g_string_append_printf(text, " %dx%d", format->width, format->height);
	if (format->rate_numerator > 0 && format->rate_denominator > 0) {
		/* 25, 29.97 */
		const double rate = (double)format->rate_numerator / format->rate_denominator;
		char number[G_ASCII_DTOSTR_BUF_SIZE];

		g_string_append_printf(text, " %s fps",
				       g_ascii_formatd(number, sizeof(number), "%.4g", rate));
	}
}

static void print_sound(const struct dm_stream_format *format, GString *text)
{
	g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", format->codec);
	if (format->rate_hz > 0) {
		char number[G_ASCII_DTOSTR_BUF_SIZE];

		g_string_append_printf(
			text, " %s kHz",
			g_ascii_formatd(number, sizeof(number), "%.4g", format->rate_hz / 1000.0));
	}
	if (format->channels == 1 || format->channels == 2)
		g_string_append(text, format->channels == 1 ? " mono" : " stereo");
	else if (format->channels > 2)
		g_string_append_printf(text, " %d channels", format->channels);
}

void dm_source_format_print(const struct dm_source_format *format, char *text, size_t bytes)
{
	GString *whole = g_string_new(NULL);

	if (format->picture.codec[0])
		print_picture(&format->picture, whole);
	if (format->sound.codec[0])
		print_sound(&format->sound, whole);
	g_strlcpy(text, whole->str, bytes);
	g_string_free(whole, TRUE);
}
