#include "config/language_tag.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Every subtag has a character and, but for the first, a hyphen before it. */
#define SUBTAGS_MAX ((DM_LANGUAGE_TAG_MAX + 1) / 2)

struct subtag {
	const char *text;
	size_t length;
};

struct tag {
	struct subtag subtags[SUBTAGS_MAX];
	size_t count;
	size_t next; /* the first subtag not yet consumed */
};

/* RFC 5646, 2.1, "irregular": tags that the grammar would not produce. The "regular" ones that
 * were grandfathered follow it, and need no list. */
static const char *const irregular[] = {
	"en-GB-oed", "i-ami", "i-bnn",     "i-default", "i-enochian", "i-hak",
	"i-klingon", "i-lux", "i-mingo",   "i-navajo",  "i-pwn",      "i-tao",
	"i-tay",     "i-tsu", "sgn-BE-FR", "sgn-BE-NL", "sgn-CH-DE",
};

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all(const struct subtag *subtag, bool (*is)(char))
{
	for (size_t i = 0; i < subtag->length; i++) {
		if (!is(subtag->text[i]))
			return false;
	}
	return true;
}

static bool is_alphanum(char c)
{
	return is_alpha(c) || is_digit(c);
}

static bool subtag_equal(const struct subtag *a, const struct subtag *b)
{
	return a->length == b->length && strncasecmp(a->text, b->text, a->length) == 0;
}

static bool split(struct tag *tag, const char *text)
{
	if (strlen(text) > DM_LANGUAGE_TAG_MAX)
		return false;
	for (;;) {
		const struct subtag subtag = { .text = text, .length = strcspn(text, "-") };

		/* 2.1: no subtag is longer than eight characters. */
		if (subtag.length < 1 || subtag.length > 8 || !all(&subtag, is_alphanum))
			return false;
		tag->subtags[tag->count++] = subtag;
		text += subtag.length;
		if (!*text)
			return true;
		text++;
	}
}

static const struct subtag *peek(const struct tag *tag)
{
	return tag->next < tag->count ? &tag->subtags[tag->next] : NULL;
}

/* Consumes a subtag of letters whose length lies in the range. */
static bool take_letters(struct tag *tag, size_t least, size_t most)
{
	const struct subtag *subtag = peek(tag);

	if (!subtag || subtag->length < least || subtag->length > most || !all(subtag, is_alpha))
		return false;
	tag->next++;
	return true;
}

/* language = 2*3ALPHA ["-" extlang] / 4ALPHA / 5*8ALPHA; extlang = 3ALPHA *2("-" 3ALPHA) */
static bool take_language(struct tag *tag)
{
	if (take_letters(tag, 4, 8))
		return true;
	if (!take_letters(tag, 2, 3))
		return false;
	for (int i = 0; i < 3 && take_letters(tag, 3, 3); i++)
		;
	return true;
}

/* region = 2ALPHA / 3DIGIT */
static void take_region(struct tag *tag)
{
	const struct subtag *subtag = peek(tag);

	if (!take_letters(tag, 2, 2) && subtag && subtag->length == 3 && all(subtag, is_digit))
		tag->next++;
}

/* variant = 5*8alphanum / (DIGIT 3alphanum) */
static bool is_variant(const struct subtag *subtag)
{
	return subtag->length >= 5 || (subtag->length == 4 && is_digit(subtag->text[0]));
}

static bool take_variants(struct tag *tag)
{
	const size_t first = tag->next;

	for (const struct subtag *subtag; (subtag = peek(tag)) && is_variant(subtag); tag->next++) {
		for (size_t i = first; i < tag->next; i++) {
			if (subtag_equal(subtag, &tag->subtags[i]))
				return false;
		}
	}
	return true;
}

/* extension = singleton 1*("-" (2*8alphanum)), each singleton once and none of them "x" */
static bool take_extensions(struct tag *tag)
{
	bool seen[256] = { false };

	for (const struct subtag *subtag; (subtag = peek(tag)) && subtag->length == 1;) {
		const unsigned char singleton = (unsigned char)tolower(subtag->text[0]);

		if (singleton == 'x')
			return true;
		if (seen[singleton])
			return false;
		seen[singleton] = true;
		tag->next++;

		const size_t first = tag->next;

		while ((subtag = peek(tag)) && subtag->length >= 2)
			tag->next++;
		if (tag->next == first)
			return false;
	}
	return true;
}

/* privateuse = "x" 1*("-" (1*8alphanum)) */
static bool take_private_use(struct tag *tag)
{
	const struct subtag *subtag = peek(tag);

	if (!subtag || subtag->length != 1 || tolower(subtag->text[0]) != 'x')
		return true;
	if (tag->next + 1 == tag->count)
		return false;
	tag->next = tag->count;
	return true;
}

static bool is_irregular(const char *text)
{
	for (size_t i = 0; i < sizeof(irregular) / sizeof(irregular[0]); i++) {
		if (strcasecmp(text, irregular[i]) == 0)
			return true;
	}
	return false;
}

bool dm_language_tag_is_well_formed(const char *text)
{
	struct tag tag = { .count = 0 };

	if (is_irregular(text))
		return true;
	if (!split(&tag, text))
		return false;

	/* Language-Tag = langtag / privateuse / grandfathered */
	if (tolower(tag.subtags[0].text[0]) == 'x' && tag.subtags[0].length == 1)
		return tag.count > 1;
	if (!take_language(&tag))
		return false;
	take_letters(&tag, 4, 4); /* script */
	take_region(&tag);
	return take_variants(&tag) && take_extensions(&tag) && take_private_use(&tag) &&
	       tag.next == tag.count;
}

bool dm_language_tag_equal(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}
