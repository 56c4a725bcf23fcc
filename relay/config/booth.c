#include "config/booth.h"

#include "config/channel_name.h"
#include "config/pivot.h"

#include <string.h>

#define CHANNEL_BOOTHS_MAX 4 /* choice: session/options.h */
#define ID_SIZE            33

/* A room's booths on their way into its options. */
struct booths {
	struct dm_reading *reading;
	const char *room_path;
	const struct dm_room_options *room;
	struct dm_booth_options *list; /* room for DM_BOOTHS_MAX; of the reading's memory */
	size_t count;
	bool full; /* told already */
};

static struct dm_booth_options *add(struct booths *booths, const char *path, const char *id)
{
	if (booths->count == DM_BOOTHS_MAX) {
		if (!booths->full)
			dm_reading_complain(booths->reading, path,
					    "is one booth too many; a room has at most %d",
					    DM_BOOTHS_MAX);
		booths->full = true;
		return NULL;
	}
	for (size_t i = 0; id && i < booths->count; i++) {
		if (booths->list[i].id && g_str_equal(booths->list[i].id, id)) {
			dm_reading_complain(
				booths->reading, path,
				"'%s' is already the id of another booth of this room; give each an id of its own",
				id);
			break;
		}
	}
	booths->list[booths->count].id = id;
	return &booths->list[booths->count++];
}

static void read_outputs(struct booths *booths, const char *booth_path,
			 const struct dm_yaml_booth *yaml, struct dm_booth_options *booth)
{
	const struct dm_key_path path = dm_key_path("%s.languages", booth_path);
	const struct dm_room_options *room = booths->room;

	if (yaml->languages_count == 0) {
		dm_reading_complain(
			booths->reading, path.text,
			"is missing; write the language that the booth speaks, and a second for its retour if it has one, such as [fr, en]");
		return;
	}
	if (yaml->languages_count > DM_OUTPUTS) {
		dm_reading_complain(booths->reading, path.text,
				    "has %u languages; write one, or two for a booth with a retour",
				    yaml->languages_count);
		return;
	}
	for (unsigned i = 0; i < yaml->languages_count; i++)
		booth->outputs[i] = dm_channel_name_read(
			booths->reading, dm_key_path("%s[%u]", path.text, i).text, room->channels,
			room->channel_count, yaml->languages[i], NULL);
	if (yaml->languages_count == 2 && booth->outputs[0] != 0 &&
	    booth->outputs[0] == booth->outputs[1])
		dm_reading_complain(
			booths->reading, dm_key_path("%s[1]", path.text).text,
			"'%s' is the first one again; write the retour's language, or leave it out",
			yaml->languages[1]);
}

static void read_takes(struct booths *booths, const char *booth_path,
		       const struct dm_yaml_booth *yaml, struct dm_booth_options *booth)
{
	const struct dm_key_path path = dm_key_path("%s.takes", booth_path);

	if (yaml->takes_count > DM_LANGUAGES_MAX) {
		dm_reading_complain(
			booths->reading, path.text,
			"has %u languages; write at most %d, or leave the key out for a booth that takes all",
			yaml->takes_count, DM_LANGUAGES_MAX);
		return;
	}
	for (unsigned i = 0; i < yaml->takes_count; i++) {
		const char *tag = dm_reading_language(
			booths->reading, dm_key_path("%s[%u]", path.text, i).text, yaml->takes[i]);

		if (tag && dm_languages_add(&booth->takes, tag) != 0)
			dm_reading_complain(
				booths->reading, dm_key_path("%s[%u]", path.text, i).text,
				"'%s' is too long to be compared; write fewer subtags, such as %.2s",
				tag, tag);
	}
}

static void read_pivots(struct booths *booths, const char *booth_path,
			const struct dm_yaml_booth *yaml, struct dm_booth_options *booth)
{
	const struct dm_key_path path = dm_key_path("%s.pivots", booth_path);
	const struct dm_room_options *room = booths->room;

	if (yaml->pivots_count > DM_PIVOTS_MAX) {
		dm_reading_complain(booths->reading, path.text, "has %u channels; write at most %d",
				    yaml->pivots_count, DM_PIVOTS_MAX);
		return;
	}
	for (unsigned i = 0; i < yaml->pivots_count; i++) {
		const struct dm_key_path at = dm_key_path("%s[%u]", path.text, i);
		const uint8_t channel = dm_channel_name_read(booths->reading, at.text,
							     room->channels, room->channel_count,
							     yaml->pivots[i], NULL);

		if (channel != 0 && channel == booth->outputs[0])
			dm_reading_complain(
				booths->reading, at.text,
				"'%s' is what the booth itself speaks; write channels of other booths",
				yaml->pivots[i]);
		else if (channel != 0)
			booth->pivots[booth->pivot_count++] = channel;
	}
	if (yaml->pivots_count > 0 && yaml->takes_count == 0)
		dm_reading_complain(
			booths->reading, path.text,
			"are never used, since a booth without takes takes every language; write which it takes, such as takes: [en, fr]");
}

static void read_listed(struct booths *booths, const struct dm_yaml_room *yaml)
{
	for (unsigned i = 0; i < yaml->booths_count; i++) {
		const struct dm_key_path path = dm_key_path("%s.booths[%u]", booths->room_path, i);
		const struct dm_key_path id = dm_key_path("%s.id", path.text);
		struct dm_booth_options *booth = add(
			booths, id.text,
			dm_reading_id(booths->reading, id.text, yaml->booths[i].id));

		if (!booth)
			return;
		read_outputs(booths, path.text, &yaml->booths[i], booth);
		read_takes(booths, path.text, &yaml->booths[i], booth);
		read_pivots(booths, path.text, &yaml->booths[i], booth);
	}
}

static bool is_served(const struct booths *booths, size_t listed, uint8_t channel)
{
	for (size_t i = 0; i < listed; i++) {
		if (booths->list[i].outputs[0] == channel)
			return true;
	}
	return false;
}

/* "fr", "fr-2", …; a tag that is longer than an id is cut. */
static const char *id_of(struct booths *booths, const char *lang, unsigned number)
{
	char *lower = g_ascii_strdown(lang, -1);
	char id[ID_SIZE];

	if (number == 1)
		g_strlcpy(id, lower, sizeof(id));
	else
		g_snprintf(id, sizeof(id), "%.*s-%u", ID_SIZE - 3, lower, number);
	g_free(lower);
	return dm_reading_copy(booths->reading, id);
}

static void add_of_channel(struct booths *booths, const struct dm_yaml_channel *yaml,
			   uint8_t channel, size_t listed)
{
	const char *lang = booths->room->channels[channel - 1].lang;
	const struct dm_key_path path = dm_key_path("%s.channels[%d].booths", booths->room_path,
						    channel - 1);
	const unsigned count = dm_reading_number(booths->reading, path.text, yaml->booths,
						 is_served(booths, listed, channel) ? 0 : 1, 0,
						 CHANNEL_BOOTHS_MAX);

	/* One language twice is told of the channels. */
	if (!lang || dm_channel_name_find(booths->room->channels, channel, lang) != channel)
		return;
	for (unsigned n = 1; n <= count; n++) {
		struct dm_booth_options *booth = add(booths, path.text, id_of(booths, lang, n));

		if (!booth)
			return;
		booth->outputs[0] = channel;
	}
}

void dm_booths_read(struct dm_reading *reading, const char *room_path,
		    const struct dm_yaml_room *yaml, struct dm_room_options *room)
{
	struct booths booths = {
		.reading = reading,
		.room_path = room_path,
		.room = room,
		.list = dm_reading_allocate(reading, DM_BOOTHS_MAX,
					    sizeof(struct dm_booth_options)),
	};

	read_listed(&booths, yaml);

	const size_t listed = booths.count;

	for (size_t i = 0; i < room->channel_count && i < DM_CHANNELS_MAX - 1; i++)
		add_of_channel(&booths, &yaml->channels[i], (uint8_t)(i + 1), listed);
	room->booths = booths.list;
	room->booth_count = booths.count;
	dm_pivots_check(reading, room_path, room, listed);
}
