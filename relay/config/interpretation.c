#include "config/interpretation.h"

#include "config/duration.h"

#define DEPTH_DEFAULT  2          /* the usual limit: double relay (session/interpretation.h) */
#define DEPTH_MOST     4          /* choice: each adds its interpreter's delay and mistakes */
#define SHIFT_DEFAULT  "30m"      /* AIIC: 20 to 30 minutes */
#define SHIFT_LEAST    DM_SEC(60) /* choice */
#define SHIFT_MOST     DM_SEC(4 * 60 * 60) /* choice: half a day is no shift */
#define RAMP_DEFAULT   "300ms"
#define RAMP_LEAST     DM_MSEC(300) /* audio/engine.h */
#define RAMP_MOST      DM_SEC(5)
#define LOUDNESS       -23.0 /* EBU R 128 */
#define LOUDNESS_LEAST -40.0 /* audio/loudness.h */
#define LOUDNESS_MOST  -10.0

static dm_usec read_span(struct dm_reading *reading, const char *path, const char *text,
			 const char *otherwise, dm_usec least, dm_usec most, const char *range)
{
	dm_usec span = 0;

	dm_duration_parse_short(otherwise, &span);
	if (!text)
		return span;

	dm_usec wanted;

	if (!dm_duration_parse_short(text, &wanted))
		dm_reading_complain(
			reading, path,
			"'%s' is no span of time; write a number and its unit, from %s, such as %s",
			text, range, otherwise);
	else if (wanted < least || wanted > most)
		dm_reading_complain(reading, path, "%s is out of range; write from %s", text,
				    range);
	else
		return wanted;
	return span;
}

static double read_loudness(struct dm_reading *reading, const char *path, const char *text)
{
	char *end = NULL;
	double lufs;

	if (!text)
		return LOUDNESS;
	if (g_str_equal(text, "off"))
		return 0;
	lufs = g_ascii_strtod(text, &end);
	if (end == text || *end || !(lufs >= LOUDNESS_LEAST && lufs <= LOUDNESS_MOST)) {
		dm_reading_complain(
			reading, path,
			"'%s' is no loudness; write LUFS from %g to %g, such as %g, or off", text,
			LOUDNESS_LEAST, LOUDNESS_MOST, LOUDNESS);
		return LOUDNESS;
	}
	return lufs;
}

void dm_interpretation_read(struct dm_reading *reading, const char *room_path,
			    const struct dm_yaml_interpretation *yaml, struct dm_room_options *room)
{
	const struct dm_key_path path = dm_key_path("%s.interpretation", room_path);

	room->relay_depth_max = (uint8_t)dm_reading_number(
		reading, dm_key_path("%s.relay_depth", path.text).text, yaml->relay_depth,
		DEPTH_DEFAULT, 1, DEPTH_MOST);
	room->shift = read_span(reading, dm_key_path("%s.shift", path.text).text, yaml->shift,
				SHIFT_DEFAULT, SHIFT_LEAST, SHIFT_MOST, "1m to 4h");
	room->ramp = read_span(reading, dm_key_path("%s.ramp", path.text).text, yaml->ramp,
			       RAMP_DEFAULT, RAMP_LEAST, RAMP_MOST, "300ms to 5s");
	room->loudness_lufs = read_loudness(reading, dm_key_path("%s.loudness", path.text).text,
					    yaml->loudness);
}
