/* tests/fuzz/token.c: the first byte chooses: a token to be verified with each kind of key, the
 * claims of one whose signature was right, an Authorization header, or a line to be redacted. */
#include "control/access.h"
#include "control/token_claims.h"

#include "token_vectors.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW    INT64_C(1800000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static const struct dm_token_key keys[] = {
	{ .algorithm = DM_TOKEN_HS256, .bytes = SECRET, .count = sizeof(SECRET) - 1 },
	{ .algorithm = DM_TOKEN_RS256, .bytes = RFC_RS256_KEY, .count = sizeof(RFC_RS256_KEY) - 1 },
	{ .algorithm = DM_TOKEN_ES256,
	  .bytes = RFC_ES256_KEY,
	  .count = sizeof(RFC_ES256_KEY) - 1,
	  .event = "forum",
	  .issuer = "us",
	  .audience = "dragoman" },
};

static void check_names(const struct dm_grant_names *names)
{
	if (names->count > DM_GRANT_NAMES_MAX)
		abort();
	for (size_t i = 0; i < names->count; i++) {
		if (!*names->text[i] || strlen(names->text[i]) >= DM_GRANT_NAME_SIZE)
			abort();
	}
}

/* What is taken can be told, asked about, and written again. */
static void check_token(const struct dm_token_key *key, const struct dm_token *token)
{
	char text[240];
	json_t *again;

	check_names(&token->grant.rooms);
	check_names(&token->grant.channels);
	if (token->grant.role == DM_ROLE_ANONYMOUS || !dm_token_id_is_sound(token->id) ||
	    !g_utf8_validate(token->name, -1, NULL))
		abort();
	for (enum dm_action action = 0; action < DM_ACTION_COUNT; action++) {
		const enum dm_permission verdict = dm_role_may(&token->grant, action, "a", "fr");

		dm_role_explain(verdict, &token->grant, action, "a", "fr", text, sizeof(text));
		if (!memchr(text, '\0', sizeof(text)))
			abort();
	}
	again = dm_token_claims_write(key, token, NOW);
	if (!again)
		abort();
	json_decref(again);
}

static void verify(const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		struct dm_token token;
		char sentence[240];
		const enum dm_token_fault fault = dm_token_verify(&keys[i], text, NOW, &token);

		dm_token_explain(fault, &keys[i], &token, NOW, sentence, sizeof(sentence));
		if (fault == DM_TOKEN_FINE || fault == DM_TOKEN_EXPIRED ||
		    fault == DM_TOKEN_NOT_YET)
			check_token(&keys[i], &token);
		else if (token.id[0] || token.expires_at)
			abort(); /* something of it was believed */
	}
}

static void read_claims(const char *text, size_t bytes)
{
	json_t *claims = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL);

	for (size_t i = 0; json_is_object(claims) && i < G_N_ELEMENTS(keys); i++) {
		struct dm_token token = { 0 };

		if (dm_token_claims_read(claims, &keys[i], &token) == DM_TOKEN_FINE)
			check_token(&keys[i], &token);
	}
	json_decref(claims);
}

static void redact(char *text)
{
	const size_t bytes = strlen(text);

	dm_token_redact(text);
	if (strlen(text) != bytes || strcasestr(text, "token=e"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	if (!size_bytes)
		return 0;

	char *text = g_strndup((const char *)data + 1, size_bytes - 1);
	const char *bearer;

	switch (*data) {
	case 'c':
		read_claims((const char *)data + 1, size_bytes - 1);
		break;
	case 'a':
		bearer = dm_access_bearer(text);
		if (bearer)
			verify(bearer);
		break;
	case 'r':
		redact(text);
		break;
	default:
		verify(text);
		break;
	}
	g_free(text);
	return 0;
}
