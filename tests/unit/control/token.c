/* tests/unit/control/token.c: which tokens are taken, and what is said of the others. */
#include "control/token.h"

#include "token_vectors.h"

#include <errno.h>
#include <glib.h>
#include <jwt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW    INT64_C(1800000000)
#define SECRET "0123456789abcdef0123456789abcdef"
#define OTHER  "0123456789abcdef0123456789abcdeF"

static const struct dm_token_key hs256 = { DM_TOKEN_HS256, SECRET, sizeof(SECRET) - 1,
					   "forum",        NULL,   NULL };

/* A token with these claims, signed by libjwt; the caller's (free). */
static char *make(jwt_alg_t algorithm, const char *key, const char *claims)
{
	jwt_t *jwt;
	char *text;

	assert_int_equal(jwt_new(&jwt), 0);
	assert_int_equal(jwt_add_grants_json(jwt, claims), 0);
	assert_int_equal(
		jwt_set_alg(jwt, algorithm, (const unsigned char *)key, key ? (int)strlen(key) : 0),
		0);
	text = jwt_encode_str(jwt);
	assert_non_null(text);
	jwt_free(jwt);
	return text;
}

static enum dm_token_fault verify(const struct dm_token_key *key, const char *text)
{
	struct dm_token token;

	return dm_token_verify(key, text, NOW, &token);
}

static void expect(enum dm_token_fault got, enum dm_token_fault want, const char *what)
{
	if (got != want)
		fail_msg("%s: %s, not %s", what, dm_token_fault_name(got),
			 dm_token_fault_name(want));
}

static void expect_claims(const char *claims, enum dm_token_fault want)
{
	char *text = make(JWT_ALG_HS256, SECRET, claims);

	expect(verify(&hs256, text), want, claims);
	free(text);
}

#define GOOD "\"role\":\"delegate\",\"jti\":\"1\",\"exp\":1800000100"

static void test_sign_and_verify(void **state)
{
	struct dm_token made = { .grant.role = DM_ROLE_INTERPRETER, .expires_at = NOW + 100 };
	struct dm_token back;
	char *text;
	char *again;

	(void)state;
	strcpy(made.name, "Zoë \"Z\" مترجم");
	strcpy(made.grant.rooms.text[0], "plenary");
	made.grant.rooms.count = 1;
	strcpy(made.grant.channels.text[0], "fr");
	strcpy(made.grant.channels.text[1], "zh-Hans");
	made.grant.channels.count = 2;
	assert_int_equal(dm_token_sign(&hs256, &made, NOW, &text), 0);
	assert_int_equal(dm_token_verify(&hs256, text, NOW, &back), DM_TOKEN_FINE);
	assert_int_equal(back.grant.role, DM_ROLE_INTERPRETER);
	assert_int_equal(back.grant.rooms.count, 1);
	assert_string_equal(back.grant.rooms.text[0], "plenary");
	assert_int_equal(back.grant.channels.count, 2);
	assert_string_equal(back.grant.channels.text[1], "zh-Hans");
	assert_string_equal(back.name, made.name);
	assert_int_equal(back.expires_at, NOW + 100);
	assert_int_equal(strlen(back.id), 32);

	/* No two have the same id. */
	assert_int_equal(dm_token_sign(&hs256, &made, NOW, &again), 0);
	assert_string_not_equal(text, again);
	g_free(again);
	g_free(text);

	strcpy(made.grant.rooms.text[0], "two words");
	assert_int_equal(dm_token_sign(&hs256, &made, NOW, &text), -EINVAL);
	assert_null(text);

	struct dm_token_key rs256 = hs256;

	rs256.algorithm = DM_TOKEN_RS256;
	assert_int_equal(dm_token_sign(&rs256, &made, NOW, &text), -ENOTSUP);
}

/* The signatures are right; what they sign lacks role and jti. */
static void test_rfc_7515(void **state)
{
	gsize bytes;
	char *secret = (char *)g_base64_decode(RFC_HS256_KEY, &bytes);
	const struct {
		struct dm_token_key key;
		const char *text;
	} examples[] = {
		{ { .algorithm = DM_TOKEN_HS256, .bytes = secret, .count = bytes }, RFC_HS256 },
		{ { .algorithm = DM_TOKEN_RS256,
		    .bytes = RFC_RS256_KEY,
		    .count = strlen(RFC_RS256_KEY) },
		  RFC_RS256 },
		{ { .algorithm = DM_TOKEN_ES256,
		    .bytes = RFC_ES256_KEY,
		    .count = strlen(RFC_ES256_KEY) },
		  RFC_ES256 },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *text = g_strdup(examples[i].text);
		char *payload = strchr(text, '.') + 20;

		expect(verify(&examples[i].key, text), DM_TOKEN_BAD_CLAIM, text);
		*payload = *payload == 'A' ? 'B' : 'A';
		expect(verify(&examples[i].key, text), DM_TOKEN_BAD_SIGNATURE, text);
		g_free(text);
		for (size_t n = 0; n < 3; n++) {
			if (n != i)
				expect(verify(&examples[i].key, examples[n].text),
				       DM_TOKEN_WRONG_ALGORITHM, examples[n].text);
		}
	}
	g_free(secret);
}

static void test_public_key(void **state)
{
	const struct dm_token_key es256 = { DM_TOKEN_ES256, RFC_ES256_KEY, strlen(RFC_ES256_KEY),
					    "forum",        NULL,          NULL };
	char *text = make(JWT_ALG_ES256, RFC_ES256_PRIVATE_KEY, "{" GOOD "}");
	char *confused = make(JWT_ALG_HS256, RFC_ES256_KEY, "{" GOOD "}");

	(void)state;
	expect(verify(&es256, text), DM_TOKEN_FINE, "ES256");
	expect(verify(&hs256, text), DM_TOKEN_WRONG_ALGORITHM, "ES256 where HS256 is taken");
	/* RFC 8725, 2.1: the public key, which everybody has, as a secret. */
	expect(verify(&es256, confused), DM_TOKEN_WRONG_ALGORITHM, "HS256 where ES256 is taken");
	free(confused);
	free(text);
}

static void test_unsigned(void **state)
{
	char *text = make(JWT_ALG_NONE, NULL, "{" GOOD "}");
	char *with_signature = g_strconcat(text, "c2ln", NULL);
	char *hs512 = make(JWT_ALG_HS512, SECRET, "{" GOOD "}");
	const struct dm_token_key no_key = { .algorithm = DM_TOKEN_HS256, .bytes = "" };
	char *fine = make(JWT_ALG_HS256, SECRET, "{" GOOD "}");

	(void)state;
	expect(verify(&hs256, text), DM_TOKEN_MALFORMED, "none, no signature");
	expect(verify(&hs256, with_signature), DM_TOKEN_WRONG_ALGORITHM, "none, a signature");
	expect(verify(&hs256, hs512), DM_TOKEN_WRONG_ALGORITHM, "HS512");
	expect(verify(&no_key, fine), DM_TOKEN_BAD_SIGNATURE, "an empty key");
	free(fine);
	free(hs512);
	g_free(with_signature);
	free(text);
}

/* {"alg":"HS256","crit":["b64"],"b64":false}, no object, no algorithm, one of a wrong case, two. */
static void test_headers(void **state)
{
	static const struct {
		const char *header;
		enum dm_token_fault fault;
	} headers[] = {
		{ "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", DM_TOKEN_CRITICAL },
		{ "[\"HS256\"]", DM_TOKEN_MALFORMED },
		{ "{\"typ\":\"JWT\"}", DM_TOKEN_WRONG_ALGORITHM },
		{ "{\"alg\":256}", DM_TOKEN_WRONG_ALGORITHM },
		{ "{\"alg\":\"hs256\"}", DM_TOKEN_WRONG_ALGORITHM },
		{ "{\"alg\":\"HS256\",\"alg\":\"none\"}", DM_TOKEN_MALFORMED },
		{ "{\"alg\":\"HS256\"} x", DM_TOKEN_MALFORMED },
		{ "{\"alg\":\"HS256\"", DM_TOKEN_MALFORMED },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
		char *base64 = g_base64_encode((const guchar *)headers[i].header,
					       strlen(headers[i].header));
		g_strdelimit(base64, "=", '\0');

		char *text = g_strconcat(base64, ".e30.c2ln", NULL);

		expect(verify(&hs256, text), headers[i].fault, headers[i].header);
		g_free(text);
		g_free(base64);
	}
}

/* Cut anywhere, changed anywhere, lengthened: never taken. */
static void test_damaged(void **state)
{
	char *text = make(JWT_ALG_HS256, SECRET, "{" GOOD "}");
	const size_t bytes = strlen(text);
	char *big = g_strnfill(DM_TOKEN_BYTES_MAX + 1, 'A');

	(void)state;
	assert_int_equal(verify(&hs256, text), DM_TOKEN_FINE);
	for (size_t n = 0; n < bytes; n++) {
		char *cut = g_strndup(text, n);
		char *changed = g_strdup(text);

		assert_int_not_equal(verify(&hs256, cut), DM_TOKEN_FINE);
		changed[n] = changed[n] == 'Q' ? 'R' : 'Q';
		/* The last character of a signature has bits to spare, but libjwt compares text. */
		assert_int_not_equal(verify(&hs256, changed), DM_TOKEN_FINE);
		changed[n] = '=';
		assert_int_equal(verify(&hs256, changed), DM_TOKEN_MALFORMED);
		g_free(changed);
		g_free(cut);
	}

	static const char *const bad[] = { "",        ".",      "..",       "...",   "a.b.c",
					   "e30.e30", "e30..x", "e30.e3 .", "\xff.x" };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		expect(verify(&hs256, bad[i]), DM_TOKEN_MALFORMED, bad[i]);
	expect(verify(&hs256, big), DM_TOKEN_MALFORMED, "too long");
	memcpy(big, "e30.e30.", 8);
	expect(verify(&hs256, big), DM_TOKEN_MALFORMED, "too long, three parts");
	big[DM_TOKEN_BYTES_MAX] = '\0';
	expect(verify(&hs256, big), DM_TOKEN_WRONG_ALGORITHM, "the longest");
	g_free(big);
	free(text);
}

static void test_other_secret(void **state)
{
	char *text = make(JWT_ALG_HS256, OTHER, "{" GOOD "}");

	(void)state;
	expect(verify(&hs256, text), DM_TOKEN_BAD_SIGNATURE, "another secret");
	free(text);
}

static void test_claims(void **state)
{
	(void)state;
	expect_claims("{" GOOD "}", DM_TOKEN_FINE);
	expect_claims("{" GOOD ",\"room\":\"plenary\",\"unknown\":{}}", DM_TOKEN_FINE);
	expect_claims("{" GOOD ",\"room\":[\"a\",\"b\"],\"channel\":\"floor\"}", DM_TOKEN_FINE);
	expect_claims("{" GOOD ",\"event\":\"forum\",\"name\":\"Zoë\"}", DM_TOKEN_FINE);
	expect_claims("{\"role\":\"feed\",\"jti\":\"x\",\"exp\":1800000000.5}", DM_TOKEN_FINE);
	expect_claims("{" GOOD ",\"event\":\"other\"}", DM_TOKEN_WRONG_EVENT);
	expect_claims("{" GOOD ",\"event\":null}", DM_TOKEN_WRONG_EVENT);

	static const char *const bad[] = {
		"{\"jti\":\"1\",\"exp\":1800000100}",
		"{\"role\":\"delegate\",\"exp\":1800000100}",
		"{\"role\":\"delegate\",\"jti\":\"1\"}",
		"{\"role\":\"anonymous\",\"jti\":\"1\",\"exp\":1800000100}",
		"{\"role\":\"admin\",\"jti\":\"1\",\"exp\":1800000100}",
		"{\"role\":[\"delegate\"],\"jti\":\"1\",\"exp\":1800000100}",
		"{\"role\":\"delegate\",\"jti\":1,\"exp\":1800000100}",
		"{\"role\":\"delegate\",\"jti\":\"\",\"exp\":1800000100}",
		"{\"role\":\"delegate\",\"jti\":\"a b\",\"exp\":1800000100}",
		"{\"role\":\"delegate\",\"jti\":\"1\",\"exp\":\"1800000100\"}",
		"{\"role\":\"delegate\",\"jti\":\"1\",\"exp\":-1}",
		"{\"role\":\"delegate\",\"jti\":\"1\",\"exp\":1e300}",
		"{\"role\":\"delegate\",\"jti\":\"1\",\"exp\":9223372036854775807}",
		"{" GOOD ",\"nbf\":\"soon\"}",
		"{" GOOD ",\"room\":\"\"}",
		"{" GOOD ",\"room\":[]}",
		"{" GOOD ",\"room\":{}}",
		"{" GOOD ",\"room\":null}",
		"{" GOOD ",\"room\":[\"a\",1]}",
		"{" GOOD ",\"room\":\"../a\"}",
		"{" GOOD ",\"channel\":\"f r\"}",
		"{" GOOD ",\"channel\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}",
		"{" GOOD ",\"name\":7}",
		"{" GOOD ",\"name\":\"a\\nb\"}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		expect_claims(bad[i], DM_TOKEN_BAD_CLAIM);
}

static void test_issuer(void **state)
{
	struct dm_token_key key = hs256;
	static const struct {
		const char *claims;
		enum dm_token_fault fault;
	} cases[] = {
		{ "{" GOOD ",\"iss\":\"https://id.example\",\"aud\":\"dragoman\"}", DM_TOKEN_FINE },
		{ "{" GOOD ",\"iss\":\"https://id.example\",\"aud\":[\"x\",\"dragoman\"]}",
		  DM_TOKEN_FINE },
		{ "{" GOOD ",\"aud\":\"dragoman\"}", DM_TOKEN_WRONG_ISSUER },
		{ "{" GOOD ",\"iss\":\"https://id.example.evil\",\"aud\":\"dragoman\"}",
		  DM_TOKEN_WRONG_ISSUER },
		{ "{" GOOD ",\"iss\":\"https://id.example\",\"aud\":[\"x\"]}",
		  DM_TOKEN_WRONG_ISSUER },
		{ "{" GOOD ",\"iss\":\"https://id.example\"}", DM_TOKEN_WRONG_ISSUER },
	};

	(void)state;
	key.issuer = "https://id.example";
	key.audience = "dragoman";
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *text = make(JWT_ALG_HS256, SECRET, cases[i].claims);

		expect(verify(&key, text), cases[i].fault, cases[i].claims);
		free(text);
	}
}

static void test_time(void **state)
{
	char *text = make(JWT_ALG_HS256, SECRET,
			  "{\"role\":\"delegate\",\"jti\":\"1\",\"nbf\":1000,\"exp\":2000}");
	struct dm_token token;
	char sentence[240];

	(void)state;
	assert_int_equal(dm_token_verify(&hs256, text, 969, &token), DM_TOKEN_NOT_YET);
	dm_token_explain(DM_TOKEN_NOT_YET, &hs256, &token, 969, sentence, sizeof(sentence));
	assert_non_null(strstr(sentence, "from 1970-01-01 at 00:16 UTC on"));
	assert_int_equal(dm_token_verify(&hs256, text, 970, &token), DM_TOKEN_FINE);
	assert_int_equal(dm_token_verify(&hs256, text, 2029, &token), DM_TOKEN_FINE);
	assert_int_equal(dm_token_verify(&hs256, text, 2030, &token), DM_TOKEN_EXPIRED);
	assert_string_equal(token.id, "1"); /* so that it may still leave */
	dm_token_explain(DM_TOKEN_EXPIRED, &hs256, &token, 2000 + 3 * 3600 + 70, sentence,
			 sizeof(sentence));
	assert_string_equal(
		sentence,
		"This token expired on 1970-01-01 at 00:33 UTC (3 hours ago); ask the organiser for a new link.");
	free(text);
}

static void test_sentences(void **state)
{
	const struct dm_token token = { .expires_at = NOW };

	(void)state;
	for (enum dm_token_fault fault = 0; fault < DM_TOKEN_FAULT_COUNT; fault++) {
		char sentence[240];

		assert_non_null(dm_token_fault_name(fault));
		dm_token_explain(fault, &hs256, &token, NOW + 100, sentence, sizeof(sentence));
		assert_true(strlen(sentence) > 15);
		assert_int_equal(sentence[strlen(sentence) - 1], '.');
	}
}

static void test_redact(void **state)
{
	static const char *const lines[][2] = {
		{ "GET /?room=a&token=eyJ.x.y&lang=fr HTTP/1.1",
		  "GET /?room=a&token=*******&lang=fr HTTP/1.1" },
		{ "authorization: BEARER abc Token=de", "authorization: BEARER *** Token=**" },
		{ "nothing", "nothing" },
		{ "token=", "token=" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		char *line = g_strdup(lines[i][0]);

		dm_token_redact(line);
		assert_string_equal(line, lines[i][1]);
		g_free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sign_and_verify), cmocka_unit_test(test_rfc_7515),
		cmocka_unit_test(test_public_key),      cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_headers),         cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_other_secret),    cmocka_unit_test(test_claims),
		cmocka_unit_test(test_issuer),          cmocka_unit_test(test_time),
		cmocka_unit_test(test_sentences),       cmocka_unit_test(test_redact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
