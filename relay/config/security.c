#include "config/security.h"

#include "config/duration.h"
#include "config/secret.h"

#include <string.h>

#define FILE_MOST    4096             /* bytes of a key: RSA of 16,384 bits has 2,900; choice */
#define REVOKED_MOST 1048576          /* bytes of the list; choice */
#define REVOKED_NAME "revoked-tokens" /* in the data folder */
#define ID_MOST      128              /* bytes of a token's id; control/token.h */
#define LIFETIME     28800            /* seconds: a day of meetings; choice */
#define RSA_LEAST    290 /* bytes of SubjectPublicKeyInfo: 2048 bits have 294 (RFC 7518, 3.3) */

/* Object identifiers in DER: rsaEncryption (RFC 8017, A.1), prime256v1 (RFC 5480, 2.1.1.1). */
static const unsigned char rsa_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const unsigned char p256_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };

/* Which algorithm a public key is for; NONE, and told why, when it is for none of ours. */
static enum dm_token_algorithm algorithm_of(struct dm_reading *reading, const char *path,
					    const char *text, const char *pem)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----"; /* RFC 7468, 13 */
	const char *body = strstr(pem, begin);
	const char *end = body ? strstr(body, "-----END PUBLIC KEY-----") : NULL;
	enum dm_token_algorithm algorithm = DM_TOKEN_ALGORITHM_NONE;

	if (strstr(pem, "PRIVATE KEY-----")) {
		dm_reading_complain(
			reading, path,
			"'%s' is a private key, which stays with whoever signs; write its public key: openssl pkey -in %s -pubout",
			text, text);
		return algorithm;
	}
	if (!end) {
		dm_reading_complain(
			reading, path,
			"'%s' holds no public key in PEM form; name the file that has a line with \"BEGIN PUBLIC KEY\"",
			text);
		return algorithm;
	}

	char *base64 = g_strndup(body + strlen(begin), (gsize)(end - body) - strlen(begin));
	gsize bytes;
	guchar *der = g_base64_decode(base64, &bytes);

	if (memmem(der, bytes, rsa_oid, sizeof(rsa_oid)) && bytes >= RSA_LEAST)
		algorithm = DM_TOKEN_RS256;
	else if (memmem(der, bytes, p256_oid, sizeof(p256_oid)))
		algorithm = DM_TOKEN_ES256;
	else
		dm_reading_complain(
			reading, path,
			"'%s' is neither an RSA key of 2048 bits or more nor an EC key on P-256; give one of these (RS256, ES256)",
			text);
	g_free(der);
	g_free(base64);
	return algorithm;
}

static const char *read_public_key(struct dm_reading *reading, const char *path, const char *text,
				   size_t *count, enum dm_token_algorithm *algorithm)
{
	gsize bytes = 0;
	char *content = dm_reading_content(reading, path, text, FILE_MOST, &bytes);
	const char *key = NULL;

	if (!content)
		return NULL;
	*algorithm = algorithm_of(reading, path, text, content);
	if (*algorithm) {
		key = dm_reading_copy(reading, content);
		*count = strlen(content);
	}
	explicit_bzero(content, bytes); /* it may be the private one */
	g_free(content);
	return key;
}

static void check_algorithm(struct dm_reading *reading, const struct dm_security_options *options)
{
	static const char *const names[] = { "none", "HS256", "RS256", "ES256" };
	const int wanted = reading->yaml->security.algorithm;

	if (!wanted || !options->algorithm || wanted == (int)options->algorithm)
		return;
	dm_reading_complain(reading, "security.algorithm",
			    "%s does not go with %s; write %s, or leave the key out", names[wanted],
			    options->algorithm == DM_TOKEN_HS256 ? "a secret" : "that public key",
			    names[options->algorithm]);
}

static void read_key(struct dm_reading *reading, struct dm_security_options *options)
{
	const struct dm_yaml_security *yaml = &reading->yaml->security;

	if (yaml->secret && yaml->public_key) {
		dm_reading_complain(
			reading, "security.public_key",
			"there is a secret too; keep secret where this relay makes the tokens, public_key where somebody else does");
		return;
	}
	if (yaml->secret) {
		options->key = dm_secret_read(reading, "security.secret", yaml->secret,
					      &options->key_bytes);
		options->algorithm = DM_TOKEN_HS256;
	} else if (yaml->public_key) {
		options->key = read_public_key(reading, "security.public_key", yaml->public_key,
					       &options->key_bytes, &options->algorithm);
	}
	check_algorithm(reading, options);
}

static const char *read_text(struct dm_reading *reading, const char *path, const char *text)
{
	if (text && !*text)
		dm_reading_complain(reading, path,
				    "is empty; write what tokens say there, or leave the key out");
	return text && *text ? dm_reading_copy(reading, text) : NULL;
}

static bool is_id(const char *text)
{
	size_t bytes = 0;

	while (g_ascii_isgraph(text[bytes]))
		bytes++;
	return !text[bytes] && bytes <= ID_MOST;
}

/* One id a line; blank lines and what follows a # are left out. */
static void read_ids(struct dm_reading *reading, const char *path, const char *name, char *content,
		     struct dm_security_options *options)
{
	GPtrArray *ids = g_ptr_array_new();
	char **lines = g_strsplit(content, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		char *comment = strchr(lines[i], '#');

		if (comment)
			*comment = '\0';
		g_strstrip(lines[i]);
		if (!*lines[i])
			continue;
		if (is_id(lines[i]))
			g_ptr_array_add(ids, (char *)dm_reading_copy(reading, lines[i]));
		else
			dm_reading_complain(
				reading, path,
				"%s:%zu: is not the id of a token; write one id (jti) a line, at most %d characters, or # and a comment",
				name, i + 1, ID_MOST);
	}

	const char **kept = dm_reading_allocate(reading, ids->len, sizeof(*kept));

	for (guint i = 0; i < ids->len; i++)
		kept[i] = ids->pdata[i];
	options->revoked = kept;
	options->revoked_count = ids->len;
	g_strfreev(lines);
	g_ptr_array_free(ids, TRUE);
}

/* The file that is named, or the one in the data folder where there is one. */
static void read_revoked(struct dm_reading *reading, const char *data,
			 struct dm_security_options *options)
{
	static const char path[] = "security.revoked";
	const char *named = reading->yaml->security.revoked;
	char *kept = data ? g_build_filename(data, REVOKED_NAME, NULL) : NULL;
	const char *name = named                                           ? named
			   : kept && g_file_test(kept, G_FILE_TEST_EXISTS) ? kept
									   : NULL;
	gsize bytes = 0;
	char *content = name ? dm_reading_content(reading, path, name, REVOKED_MOST, &bytes) : NULL;

	if (content)
		read_ids(reading, path, name, content, options);
	g_free(content);
	g_free(kept);
}

static uint32_t read_lifetime(struct dm_reading *reading)
{
	const char *text = reading->yaml->security.token_lifetime;
	uint32_t seconds = LIFETIME;

	if (text && !dm_duration_parse(text, &seconds))
		dm_reading_complain(
			reading, "security.token_lifetime",
			"'%s' is not a span of time; write a number with s, m, h or d, such as 8h, at most 366d",
			text);
	return seconds;
}

void dm_security_read(struct dm_reading *reading, const char *data,
		      struct dm_security_options *options)
{
	const struct dm_yaml_security *yaml = &reading->yaml->security;
	const bool keyed = yaml->secret || yaml->public_key;

	read_key(reading, options);
	options->issuer = read_text(reading, "security.issuer", yaml->issuer);
	options->audience = read_text(reading, "security.audience", yaml->audience);
	options->lifetime_seconds = read_lifetime(reading);
	read_revoked(reading, data, options);
	options->closed = yaml->anonymous && !*yaml->anonymous;
	if (options->closed && !keyed)
		dm_reading_complain(
			reading, "security.anonymous",
			"nobody could listen, for there is no key to check tokens with; write secret or public_key beside it");
	options->metrics = keyed ? DM_METRICS_LOCAL : DM_METRICS_PUBLIC;
	if (yaml->metrics)
		options->metrics = (enum dm_metrics_readers)(yaml->metrics - 1);
	if (options->metrics == DM_METRICS_TOKEN && !keyed)
		dm_reading_complain(
			reading, "security.metrics",
			"there is no key to check tokens with; write secret or public_key beside it, or local");
}
