#include "config/backup.h"

#include "config/source.h"

/* Only between decoded sources the floor goes on as one stream. */
static const char *why_not(const struct dm_source_options *source)
{
	if (source->whip)
		return "is whip:, which whoever has a token brings";
	return source->passes_sound || source->passes_picture ? "is passed through as it comes"
							      : NULL;
}

void dm_backups_read(struct dm_reading *reading, const char *room_path,
		     const struct dm_yaml_floor *yaml, struct dm_room_options *room)
{
	struct dm_source_options *backups = dm_reading_allocate(reading, yaml->backups_count,
								sizeof(*backups));
	const struct dm_key_path all = dm_key_path("%s.floor.backups", room_path);

	room->backups = backups;
	room->backup_count = yaml->backups_count;
	if (yaml->backups_count > DM_BACKUPS_MAX)
		dm_reading_complain(reading, all.text, "has %u sources; write at most %d",
				    yaml->backups_count, DM_BACKUPS_MAX);
	if (yaml->backups_count > 0 && why_not(&room->floor))
		dm_reading_complain(
			reading, all.text,
			"has no use, since the source itself %s; remove it, or let the source be one that is decoded (srt:, rtsp:, a file)",
			why_not(&room->floor));
	for (unsigned i = 0; i < yaml->backups_count; i++) {
		const struct dm_key_path path = dm_key_path("%s[%u]", all.text, i);
		const char *text = yaml->backups[i];

		if (!text || !*text)
			dm_reading_complain(reading, path.text,
					    "is empty; write a source, or remove the line");
		backups[i] = dm_source_read(reading, path.text, text, yaml->loop);
		if (why_not(&backups[i]))
			dm_reading_complain(
				reading, path.text,
				"%s, and cannot take over from another source; write one that is decoded (srt:, rtsp:, a file)",
				why_not(&backups[i]));
	}
}
