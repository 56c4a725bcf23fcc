#include "config/picture.h"

#include "transport/options.h"

/* Macroblocks of a frame at level 4.0 (ITU-T H.264, table A-1): 1920 by 1088. */
#define MACROBLOCKS_MAX 8192
#define SIDE_LEAST      64 /* choice: smaller is no picture */
#define SIDE_MOST       1920
#define RATE_LEAST_BPS  50000    /* choice */
#define RATE_MOST_BPS   10000000 /* choice: beyond what 1080p of a hall gains from */

#define FRAME_RATE      25
#define FRAME_RATE_MOST 60
#define SIGN_RATE_LEAST 20 /* EN 301 549, 6.5.3: signing is not understood below */

/* The default of issue and documents: three sizes for good, middling and poor links. */
static const struct dm_rung_options default_ladder[] = {
	{ .width = 1280, .height = 720, .bitrate_bps = 1500000 },
	{ .width = 640, .height = 360, .bitrate_bps = 500000 },
	{ .width = 320, .height = 180, .bitrate_bps = 150000 },
};

/* The signer is one person in front of a plain wall; choice. */
static const struct dm_rung_options default_sign_ladder[] = {
	{ .width = 640, .height = 360, .bitrate_bps = 500000 },
	{ .width = 320, .height = 180, .bitrate_bps = 200000 },
};

/* As it comes: nobody here knows its size. */
static const struct dm_rung_options forwarded_ladder[] = { { .width = 0 } };

/* Returns 0 when it is not a side of a picture. */
static uint32_t read_side(struct dm_reading *reading, const char *rung, const char *key,
			  uint32_t value)
{
	const struct dm_key_path path = dm_key_path("%s.%s", rung, key);

	if (!dm_outline_has(reading->outline, path.text))
		dm_reading_complain(reading, path.text,
				    "is missing; write an even number of pixels");
	else if (value < SIDE_LEAST || value > SIDE_MOST)
		dm_reading_complain(reading, path.text,
				    "%u is out of range; write an even number from %d to %d", value,
				    SIDE_LEAST, SIDE_MOST);
	else if (value % 2 != 0) /* 4:2:0 has one colour sample for two by two pixels */
		dm_reading_complain(reading, path.text,
				    "%u is odd; write an even number, such as %u", value,
				    value - 1);
	else
		return value;
	return 0;
}

static void read_rung(struct dm_reading *reading, const char *path, const struct dm_yaml_rung *yaml,
		      struct dm_rung_options *rung)
{
	const struct dm_key_path bitrate = dm_key_path("%s.bitrate", path);

	rung->width = read_side(reading, path, "width", yaml->width);
	rung->height = read_side(reading, path, "height", yaml->height);
	if (!yaml->bitrate)
		dm_reading_complain(reading, bitrate.text, "is missing; write bit/s, such as 500k");
	rung->bitrate_bps = dm_reading_bitrate(reading, bitrate.text, yaml->bitrate, 500000,
					       RATE_LEAST_BPS, RATE_MOST_BPS);

	if ((rung->width + 15) / 16 * ((rung->height + 15) / 16) > MACROBLOCKS_MAX)
		dm_reading_complain(reading, path,
				    "%ux%u is too large; write at most as many pixels as 1920x1080",
				    rung->width, rung->height);
}

/* Each rung must be a real step down: who chooses among them relies on the order. */
static void check_step(struct dm_reading *reading, const char *path,
		       const struct dm_rung_options *above, const struct dm_rung_options *rung)
{
	const struct dm_key_path bitrate = dm_key_path("%s.bitrate", path);

	const uint32_t pixels = rung->width * rung->height;
	const uint32_t pixels_above = above->width * above->height;

	if (pixels == 0 || pixels_above == 0)
		return; /* told already */
	if (pixels >= pixels_above)
		dm_reading_complain(
			reading, path,
			"%ux%u is not smaller than the %ux%u before it; list the sizes from the largest to the smallest",
			rung->width, rung->height, above->width, above->height);
	else if (rung->bitrate_bps >= above->bitrate_bps)
		dm_reading_complain(
			reading, bitrate.text,
			"%u bit/s is not less than the %u of the larger size before it; write less",
			rung->bitrate_bps, above->bitrate_bps);
}

static void read_ladder(struct dm_reading *reading, const char *picture_path,
			const struct dm_yaml_picture *yaml, struct dm_picture_options *picture)
{
	const struct dm_key_path path = dm_key_path("%s.ladder", picture_path);
	struct dm_rung_options *ladder = dm_reading_allocate(reading, yaml->ladder_count,
							     sizeof(*ladder));

	if (yaml->ladder_count > DM_LADDER_MAX)
		dm_reading_complain(reading, path.text, "has %u sizes; write at most %d",
				    yaml->ladder_count, DM_LADDER_MAX);
	for (unsigned i = 0; i < yaml->ladder_count; i++) {
		const struct dm_key_path rung = dm_key_path("%s[%u]", path.text, i);

		read_rung(reading, rung.text, &yaml->ladder[i], &ladder[i]);
		if (i > 0)
			check_step(reading, rung.text, &ladder[i - 1], &ladder[i]);
	}
	picture->ladder = ladder;
	picture->ladder_count = yaml->ladder_count;
}

static void read_picture(struct dm_reading *reading, const char *path,
			 const struct dm_yaml_picture *yaml, uint32_t least_rate,
			 struct dm_picture_options *picture)
{
	picture->frame_rate = dm_reading_number(reading, dm_key_path("%s.frame_rate", path).text,
						yaml->frame_rate, FRAME_RATE, least_rate,
						FRAME_RATE_MOST);
	if (dm_outline_has(reading->outline, dm_key_path("%s.ladder", path).text))
		read_ladder(reading, path, yaml, picture);
}

void dm_video_read(struct dm_reading *reading, const char *path, const struct dm_yaml_picture *yaml,
		   struct dm_picture_options *picture)
{
	picture->ladder = default_ladder;
	picture->ladder_count = G_N_ELEMENTS(default_ladder);
	picture->slides = yaml->slides;
	read_picture(reading, path, yaml, 1, picture);
}

void dm_sign_read(struct dm_reading *reading, const char *path, const struct dm_yaml_picture *yaml,
		  struct dm_picture_options *picture)
{
	if (!dm_outline_has(reading->outline, path))
		return;
	picture->ladder = default_sign_ladder;
	picture->ladder_count = G_N_ELEMENTS(default_sign_ladder);
	read_picture(reading, path, yaml, SIGN_RATE_LEAST, picture);
}

void dm_picture_read_forwarded(struct dm_reading *reading, const char *path,
			       const struct dm_yaml_picture *yaml, bool present,
			       struct dm_picture_options *picture)
{
	const struct dm_key_path ladder = dm_key_path("%s.ladder", path);
	const struct dm_key_path rate = dm_key_path("%s.frame_rate", path);
	const char *const why = present ? "the source's picture is passed through as it comes"
					: "the source has no h264= and so no picture";

	if (yaml->ladder_count > 0 || (present && dm_outline_has(reading->outline, ladder.text)))
		dm_reading_complain(
			reading, ladder.text,
			"has no use, since %s; remove it, or encode here by taking the picture another way (srt:, udp:)",
			why);
	if (yaml->frame_rate)
		dm_reading_complain(reading, rate.text, "has no use, since %s; remove it", why);
	picture->frame_rate = FRAME_RATE;
	picture->slides = yaml->slides;
	picture->ladder = forwarded_ladder;
	picture->ladder_count = present ? G_N_ELEMENTS(forwarded_ladder) : 0;
}
