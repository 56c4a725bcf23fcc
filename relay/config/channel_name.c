#include "config/channel_name.h"

#include "config/language_tag.h"
#include "config/nearest.h"

uint8_t dm_channel_name_find(const struct dm_channel_options *channels, size_t count,
			     const char *lang)
{
	for (size_t i = 0; i < count && i < DM_CHANNELS_MAX - 1; i++) {
		if (channels[i].lang && dm_language_tag_equal(channels[i].lang, lang))
			return (uint8_t)(i + 1);
	}
	return 0;
}

/* All words that would be right there. Owned by the caller, the words by others. */
static GPtrArray *words(const struct dm_channel_options *channels, size_t count, char *const *also)
{
	GPtrArray *all = g_ptr_array_new();

	for (; also && *also; also++)
		g_ptr_array_add(all, *also);
	for (size_t i = 0; i < count; i++) {
		if (channels[i].lang)
			g_ptr_array_add(all, (void *)(uintptr_t)channels[i].lang);
	}
	return all;
}

static void tell_unknown(struct dm_reading *reading, const char *path, const char *lang,
			 GPtrArray *known)
{
	const char *nearest = dm_nearest_word(lang, (const char *const *)known->pdata, known->len);
	char *list;

	g_ptr_array_add(known, NULL);
	list = g_strjoinv(", ", (char **)known->pdata);
	if (nearest)
		dm_reading_complain(
			reading, path,
			"'%s' is no channel of this room; did you mean '%s'? (one of: %s)", lang,
			nearest, list);
	else if (*list)
		dm_reading_complain(reading, path,
				    "'%s' is no channel of this room; write one of: %s", lang,
				    list);
	else
		dm_reading_complain(
			reading, path,
			"'%s' is no channel of this room, which has none; write it beneath channels:",
			lang);
	g_free(list);
}

uint8_t dm_channel_name_read(struct dm_reading *reading, const char *path,
			     const struct dm_channel_options *channels, size_t count,
			     const char *lang, const char *also)
{
	const uint8_t channel = dm_channel_name_find(channels, count, lang);

	if (channel == 0) {
		char **others = also ? g_strsplit(also, ", ", 0) : NULL;
		GPtrArray *known = words(channels, count, others);

		tell_unknown(reading, path, lang, known);
		g_ptr_array_free(known, TRUE);
		g_strfreev(others);
	}
	return channel;
}
