/* relay/control/token.c: see token.h */
#include "control/token.h"

#include "control/token_claims.h"

#include <errno.h>
#include <glib.h>
#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define PARTS    3  /* of the compact form (RFC 7515, 7.1) */
#define ID_BYTES 16 /* of a new token's id: as a UUID; choice */

#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

const char *dm_token_algorithm_name(enum dm_token_algorithm algorithm)
{
	static const char *const names[] = {
		[DM_TOKEN_HS256] = "HS256",
		[DM_TOKEN_RS256] = "RS256",
		[DM_TOKEN_ES256] = "ES256",
	};

	return names[algorithm];
}

const char *dm_token_fault_name(enum dm_token_fault fault)
{
	static const char *const names[DM_TOKEN_FAULT_COUNT] = {
		[DM_TOKEN_FINE] = "fine",
		[DM_TOKEN_MISSING] = "missing",
		[DM_TOKEN_MALFORMED] = "malformed",
		[DM_TOKEN_WRONG_ALGORITHM] = "wrong-algorithm",
		[DM_TOKEN_CRITICAL] = "critical",
		[DM_TOKEN_BAD_SIGNATURE] = "bad-signature",
		[DM_TOKEN_BAD_CLAIM] = "bad-claim",
		[DM_TOKEN_WRONG_EVENT] = "wrong-event",
		[DM_TOKEN_WRONG_ISSUER] = "wrong-issuer",
		[DM_TOKEN_NOT_YET] = "not-yet",
		[DM_TOKEN_EXPIRED] = "expired",
		[DM_TOKEN_REVOKED] = "revoked",
	};

	return names[fault];
}

bool dm_token_id_is_sound(const char *text)
{
	size_t n = 0;

	while (n < DM_TOKEN_NAME_SIZE && g_ascii_isgraph(text[n]))
		n++;
	return n > 0 && n < DM_TOKEN_NAME_SIZE && !text[n];
}

struct part {
	const char *text;
	size_t bytes;
};

/* Three parts of base64url, none empty: an unsigned token has an empty third one. */
static bool split(const char *text, struct part parts[PARTS])
{
	if (strnlen(text, DM_TOKEN_BYTES_MAX + 1) > DM_TOKEN_BYTES_MAX)
		return false;
	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = (struct part){ text, strspn(text, BASE64URL) };
		text += parts[i].bytes;
		if (!parts[i].bytes || parts[i].bytes % 4 == 1 ||
		    *text != (i + 1 < PARTS ? '.' : '\0'))
			return false;
		text++;
	}
	return true;
}

/* RFC 7515, 2: base64url without padding, as the JSON object that it must hold. */
static json_t *decode(const struct part *part)
{
	char plain[DM_TOKEN_BYTES_MAX + 4];
	size_t bytes = part->bytes;
	gsize decoded;

	for (size_t i = 0; i < bytes; i++)
		plain[i] = part->text[i] == '-' ? '+' : part->text[i] == '_' ? '/' : part->text[i];
	while (bytes % 4)
		plain[bytes++] = '=';
	plain[bytes] = '\0';
	g_base64_decode_inplace(plain, &decoded);

	/* Who repeats a claim hopes that two readers take different ones (RFC 7519, 4). */
	json_t *json = json_loadb(plain, decoded, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

/* libjwt 1.10 believes the header's `alg`: the PEM of a public key would serve it as the secret of
 * HS256, which everybody knows (RFC 8725, 2.1). So only ours gets as far as that. */
static enum dm_token_fault check_header(const struct dm_token_key *key, const struct part *part)
{
	json_t *header = decode(part);
	const char *algorithm = json_string_value(json_object_get(header, "alg"));
	enum dm_token_fault fault = DM_TOKEN_FINE;

	if (!header)
		fault = DM_TOKEN_MALFORMED;
	else if (!algorithm || strcmp(algorithm, dm_token_algorithm_name(key->algorithm)) != 0)
		fault = DM_TOKEN_WRONG_ALGORITHM;
	else if (json_object_get(header, "crit"))
		fault = DM_TOKEN_CRITICAL;
	json_decref(header);
	return fault;
}

static bool check_signature(const struct dm_token_key *key, const char *text)
{
	jwt_t *jwt = NULL;
	/* A key of no bytes would tell libjwt not to look. */
	const bool right = key->count > 0 &&
			   jwt_decode(&jwt, text, (const unsigned char *)key->bytes,
				      (int)key->count) == 0;
	const bool ours = right &&
			  jwt_get_alg(jwt) == jwt_str_alg(dm_token_algorithm_name(key->algorithm));

	if (right)
		jwt_free(jwt);
	return ours;
}

enum dm_token_fault dm_token_check_time(const struct dm_token *token, int64_t now)
{
	if (now >= token->expires_at + DM_TOKEN_LEEWAY_SECONDS)
		return DM_TOKEN_EXPIRED;
	if (now < token->not_before - DM_TOKEN_LEEWAY_SECONDS)
		return DM_TOKEN_NOT_YET;
	return DM_TOKEN_FINE;
}

enum dm_token_fault dm_token_verify(const struct dm_token_key *key, const char *text, int64_t now,
				    struct dm_token *token)
{
	struct part parts[PARTS];

	memset(token, 0, sizeof(*token));
	if (!split(text, parts))
		return DM_TOKEN_MALFORMED;

	enum dm_token_fault fault = check_header(key, &parts[0]);

	if (fault)
		return fault;
	if (!check_signature(key, text))
		return DM_TOKEN_BAD_SIGNATURE;

	json_t *claims = decode(&parts[1]);

	fault = claims ? dm_token_claims_read(claims, key, token) : DM_TOKEN_MALFORMED;
	json_decref(claims);
	if (fault) {
		memset(token, 0, sizeof(*token));
		return fault;
	}
	return dm_token_check_time(token, now);
}

static bool make_id(char id[static 2 * ID_BYTES + 1])
{
	unsigned char random[ID_BYTES];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		g_snprintf(id + 2 * i, 3, "%02x", random[i]);
	return true;
}

/* NULL when libjwt cannot. */
static char *sign(const struct dm_token_key *key, const char *claims)
{
	jwt_t *jwt = NULL;
	char *text = NULL;

	if (jwt_new(&jwt))
		return NULL;
	if (!jwt_add_grants_json(jwt, claims) &&
	    !jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)key->bytes, (int)key->count))
		text = jwt_encode_str(jwt);
	jwt_free(jwt);
	return text;
}

int dm_token_sign(const struct dm_token_key *key, const struct dm_token *token, int64_t now,
		  char **text)
{
	struct dm_token with_id = *token;

	*text = NULL;
	if (key->algorithm != DM_TOKEN_HS256)
		return -ENOTSUP;
	if (!make_id(with_id.id))
		return -EIO;

	json_t *claims = dm_token_claims_write(key, &with_id, now);

	if (!claims)
		return -EINVAL;

	char *json = json_dumps(claims, JSON_COMPACT);
	char *jwt = json ? sign(key, json) : NULL;

	free(json);
	json_decref(claims);
	if (!jwt)
		return -EIO;
	*text = g_strdup(jwt);
	free(jwt); /* libjwt's is of malloc */
	return 0;
}

/* "2026-11-21 at 08:15 UTC". */
static void write_time(int64_t seconds, char *text, size_t size)
{
	GDateTime *time = g_date_time_new_from_unix_utc(seconds);
	char *words = time ? g_date_time_format(time, "%Y-%m-%d at %H:%M UTC") : NULL;

	g_strlcpy(text, words ? words : "a time out of range", size);
	g_free(words);
	if (time)
		g_date_time_unref(time);
}

/* "3 hours": as exact as people say it. */
static void write_span(int64_t seconds, char *text, size_t size)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	size_t i = 0;

	while (i + 1 < G_N_ELEMENTS(units) && seconds < 2 * units[i].seconds)
		i++;
	g_snprintf(text, (gulong)size, "%" G_GINT64_FORMAT " %s%s", seconds / units[i].seconds,
		   units[i].name, seconds / units[i].seconds == 1 ? "" : "s");
}

static void explain_time(enum dm_token_fault fault, const struct dm_token *token, int64_t now,
			 char *text, size_t size)
{
	char when[64];
	char span[32];

	if (fault == DM_TOKEN_EXPIRED) {
		write_time(token->expires_at, when, sizeof(when));
		write_span(now - token->expires_at, span, sizeof(span));
		g_snprintf(text, (gulong)size,
			   "This token expired on %s (%s ago); ask the organiser for a new link.",
			   when, span);
		return;
	}
	write_time(token->not_before, when, sizeof(when));
	g_snprintf(text, (gulong)size, "This token is good from %s on; come back then.", when);
}

void dm_token_explain(enum dm_token_fault fault, const struct dm_token_key *key,
		      const struct dm_token *token, int64_t now, char *text, size_t size)
{
	static const char *const sentences[DM_TOKEN_FAULT_COUNT] = {
		[DM_TOKEN_FINE] = "The token is fine.",
		[DM_TOKEN_MISSING] =
			"This event takes a token: open the link that the organiser gave you, or send it as Authorization: Bearer.",
		[DM_TOKEN_MALFORMED] =
			"This is not a whole token; copy the whole link, or ask the organiser for a new one.",
		[DM_TOKEN_CRITICAL] =
			"This token asks for an extension that is not known here (crit).",
		[DM_TOKEN_BAD_SIGNATURE] =
			"This token is not signed with this event's key, or it has been changed; copy the whole link, or ask the organiser for a new one.",
		[DM_TOKEN_BAD_CLAIM] =
			"This token does not say what is needed: role (delegate, interpreter, organiser or feed), exp and jti; room and channel are names or lists of at most 8.",
		[DM_TOKEN_WRONG_EVENT] =
			"This token is for another event; ask the organiser for a new link.",
		[DM_TOKEN_WRONG_ISSUER] =
			"This token comes from another issuer, or is for another audience, than this event takes.",
		[DM_TOKEN_REVOKED] =
			"This token has been withdrawn by the organiser; ask for a new link.",
	};

	if (fault == DM_TOKEN_EXPIRED || fault == DM_TOKEN_NOT_YET)
		explain_time(fault, token, now, text, size);
	else if (fault == DM_TOKEN_WRONG_ALGORITHM)
		g_snprintf(text, (gulong)size,
			   "This token is not signed with %s, which this event takes.",
			   dm_token_algorithm_name(key->algorithm));
	else
		g_strlcpy(text, sentences[fault], size);
}

static void redact_after(char *line, const char *mark)
{
	for (char *at = line; (at = strcasestr(at, mark));) {
		at += strlen(mark);
		while (g_ascii_isgraph(*at) && !strchr("&#\"'", *at))
			*at++ = '*';
	}
}

void dm_token_redact(char *line)
{
	redact_after(line, "token=");
	redact_after(line, "bearer ");
}
