#include "config/language_tag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

/* RFC 5646, appendix A, in its order, and the grandfathered tags of 2.1. */
static const char *const good[] = {
	/* simple language subtag */
	"de",
	"fr",
	"ja",
	"i-enochian",
	/* language and script */
	"zh-Hant",
	"zh-Hans",
	"sr-Cyrl",
	"sr-Latn",
	/* extended language subtags and their primary counterparts */
	"zh-cmn-Hans-CN",
	"cmn-Hans-CN",
	"zh-yue-HK",
	"yue-HK",
	/* language, script, region */
	"zh-Hans-CN",
	"sr-Latn-RS",
	/* language, variant */
	"sl-rozaj",
	"sl-rozaj-biske",
	"sl-nedis",
	/* language, region, variant */
	"de-CH-1901",
	"sl-IT-nedis",
	/* language, script, region, variant */
	"hy-Latn-IT-arevela",
	/* language, region */
	"de-DE",
	"en-US",
	"es-419",
	/* private use */
	"de-CH-x-phonebk",
	"az-Arab-x-AZE-derbend",
	"x-whatever",
	"qaa-Qaaa-QM-x-southern",
	"de-Qaaa",
	"sr-Latn-QM",
	"sr-Qaaa-RS",
	/* extensions */
	"en-US-u-islamcal",
	"zh-CN-a-myext-x-private",
	"en-a-myext-b-another",
	/* 2.1: irregular and regular */
	"en-GB-oed",
	"i-ami",
	"i-bnn",
	"i-default",
	"i-hak",
	"i-klingon",
	"i-lux",
	"i-mingo",
	"i-navajo",
	"i-pwn",
	"i-tao",
	"i-tay",
	"i-tsu",
	"sgn-BE-FR",
	"sgn-BE-NL",
	"sgn-CH-DE",
	"art-lojban",
	"cel-gaulish",
	"no-bok",
	"no-nyn",
	"zh-guoyu",
	"zh-hakka",
	"zh-min",
	"zh-min-nan",
	"zh-xiang",
	/* 2.1.1: case does not count */
	"mN-cYrL-Mn",
	"MN-cYRL-mn",
	"I-KLINGON",
	"X-a",
	/* ours */
	"ar",
	"zh",
	"en",
	"ru",
	"es",
	"ils",
	"mul",
	"pt-BR",
	/* 2.2.6 */
	"en-a-bbb-x-a-ccc",
	"sl-1994",
	"de-1996-fonipa",
};

static const char *const bad[] = {
	/* appendix A, "some invalid tags" */
	"de-419-DE",
	"a-DE",
	"ar-a-aaa-b-bbb-a-ccc",
	/* empty and broken subtags */
	"",
	"-",
	"en-",
	"-en",
	"en--US",
	"en_US",
	"en US",
	"fr!",
	"\xc3\xa9n",
	"e",
	"1",
	"123",
	"e1",
	"en-abcdefghi",
	"abcdefghi",
	/* order */
	"en-US-Latn",
	"en-Latn-Cyrl",
	"en-US-GB",
	"zh-Hans-cmn",
	"zh-yue-cmn-hak-abc",
	"1901-de",
	/* dangling singletons */
	"en-a",
	"en-a-x-b",
	"en-a-b-ccc",
	"en-x",
	"x",
	"x-",
	/* repeated variant (2.2.5) and singleton, whatever the case */
	"de-1901-1901",
	"sl-rozaj-biske-ROZAJ",
	"en-a-bbb-A-ccc",
	/* not grandfathered */
	"i-nonsense",
	"i-enochian-x",
	"en-GB-oedx-",
	/* longer than we take */
	"en-abcdefgh-abcdefgi-abcdefgj-abcdefgk",
};

static void test_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!dm_language_tag_is_well_formed(good[i]))
			fail_msg("\"%s\" is refused", good[i]);
	}
}

static void test_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (dm_language_tag_is_well_formed(bad[i]))
			fail_msg("\"%s\" is taken", bad[i]);
	}
}

/* Every tag of two subtags of up to nine letters each: the limits between kinds of subtags. */
static void test_lengths(void **state)
{
	char tag[32];

	(void)state;
	for (int first = 1; first <= 9; first++) {
		for (int second = 1; second <= 9; second++) {
			const bool language = first >= 2 && first <= 8;
			const bool extlang = first <= 3 && second == 3;
			const bool rest = second == 2 || second == 4 ||
					  (second >= 5 && second <= 8);

			snprintf(tag, sizeof(tag), "%.*s-%.*s", first, "abcdefghi", second,
				 "abcdefghi");
			assert_int_equal(dm_language_tag_is_well_formed(tag),
					 language && (extlang || rest));
		}
	}
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(dm_language_tag_equal("zh-Hant", "ZH-hant"));
	assert_false(dm_language_tag_equal("zh", "zh-Hant"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well_formed),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
