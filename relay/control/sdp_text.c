/* relay/control/sdp_text.c: views into a session description; see sdp.h */
#include "control/sdp.h"

#include <string.h>
#include <strings.h>

bool dm_sdp_text_is(struct dm_sdp_text text, const char *string)
{
	const size_t bytes = strlen(string);

	return text.data && text.bytes == bytes && !memcmp(text.data, string, bytes);
}

bool dm_sdp_text_is_nocase(struct dm_sdp_text text, const char *string)
{
	const size_t bytes = strlen(string);

	return text.data && text.bytes == bytes && !strncasecmp(text.data, string, bytes);
}

bool dm_sdp_text_equal(struct dm_sdp_text a, struct dm_sdp_text b)
{
	return a.data && b.data && a.bytes == b.bytes && !memcmp(a.data, b.data, a.bytes);
}

struct dm_sdp_text dm_sdp_text_cut(struct dm_sdp_text *text, char separator)
{
	const struct dm_sdp_text none = { NULL, 0 };

	if (!text->data)
		return none;

	const char *found = text->bytes ? memchr(text->data, separator, text->bytes) : NULL;
	struct dm_sdp_text head = *text;

	if (!found) {
		*text = none;
		return head;
	}
	head.bytes = (size_t)(found - text->data);
	text->data = found + 1;
	text->bytes -= head.bytes + 1;
	return head;
}

bool dm_sdp_text_number(struct dm_sdp_text text, uint32_t max, uint32_t *value)
{
	uint64_t sum = 0;

	if (!text.data || !text.bytes || text.bytes > 10)
		return false;
	for (size_t i = 0; i < text.bytes; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t)(text.data[i] - '0');
	}
	if (sum > max)
		return false;
	*value = (uint32_t)sum;
	return true;
}

static struct dm_sdp_text trim(struct dm_sdp_text text)
{
	while (text.bytes && (text.data[0] == ' ' || text.data[0] == '\t')) {
		text.data++;
		text.bytes--;
	}
	while (text.bytes &&
	       (text.data[text.bytes - 1] == ' ' || text.data[text.bytes - 1] == '\t'))
		text.bytes--;
	return text;
}

struct dm_sdp_text dm_sdp_fmtp(struct dm_sdp_text fmtp, const char *name)
{
	while (fmtp.data) {
		struct dm_sdp_text value = dm_sdp_text_cut(&fmtp, ';');
		const struct dm_sdp_text key = trim(dm_sdp_text_cut(&value, '='));

		if (dm_sdp_text_is_nocase(key, name) && value.data)
			return trim(value);
	}
	return (struct dm_sdp_text){ NULL, 0 };
}
