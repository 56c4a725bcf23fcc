/* The first end of a chain of certificates, made here with known dates; and who looks at it. */
#include "monitor/expiry.h"
#include "monitor/lookout.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY 86400

/* Writes a self-signed certificate that ends then. */
static void put_certificate(BIO *text, EVP_PKEY *key, int64_t end)
{
	X509 *certificate = X509_new();

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_TIME_set(X509_getm_notBefore(certificate), 0);
	ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)end);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(text, certificate), 1);
	X509_free(certificate);
}

/* The PEM text of such a chain, with its key before it; owned. */
static char *make_chain(const int64_t *ends, size_t count)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *text = BIO_new(BIO_s_mem());
	char *bytes;

	PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		put_certificate(text, key, ends[i]);

	const long length = BIO_get_mem_data(text, &bytes);
	char *copy = g_strndup(bytes, (gsize)length);

	BIO_free(text);
	EVP_PKEY_free(key);
	return copy;
}

static void test_first_end(void **state)
{
	static const struct {
		int64_t ends[3];
		size_t count;
		int64_t first;
	} cases[] = {
		{ { 1795334400 }, 1, 1795334400 },
		{ { 1795334400, 1795334399 }, 2, 1795334399 },
		{ { 4102444800, 1795334400, 2524607999 }, 3, 1795334400 },
		{ { 4102444800, 1000 }, 2, 1000 },     /* over long ago */
		{ { 253402300799 }, 1, 253402300799 }, /* "no end": RFC 5280, 4.1.2.5 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *pem = make_chain(cases[i].ends, cases[i].count);
		int64_t end = 0;

		assert_int_equal(dm_expiry_of_chain(pem, strlen(pem), &end), 0);
		assert_int_equal(end, cases[i].first);
		g_free(pem);
	}
}

/* A file that others made. openssl x509 -enddate says Oct 28 19:35:04 2126 GMT. */
static void test_other_program(void **state)
{
	char *pem = NULL;
	gsize bytes;
	int64_t end = 0;

	(void)state;
	assert_true(g_file_get_contents(DM_SOURCE_DIR "/tests/unit/app/test_certificate.pem", &pem,
					&bytes, NULL));
	assert_int_equal(dm_expiry_of_chain(pem, bytes, &end), 0);
	assert_int_equal(end, 4948889704);
	g_free(pem);
}

static void test_no_chain(void **state)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{ "", -ENODATA },
		{ "a certificate\n", -ENODATA },
		{ "-----BEGIN CERTIFICATE-----\n", -EBADMSG },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", -EBADMSG },
		{ "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t end = 7;
		const int error = dm_expiry_of_chain(cases[i].text, strlen(cases[i].text), &end);

		if (error != cases[i].error || end != 7)
			fail_msg("case %zu: %d", i, error);
	}
}

/* Cut anywhere, and with a byte changed: an error or an end, and nothing worse. */
static void test_damaged(void **state)
{
	const int64_t ends[] = { 1795334400, 1795334300 };
	char *pem = make_chain(ends, 2);
	const size_t bytes = strlen(pem);

	(void)state;
	for (size_t length = 0; length < bytes; length += 3) {
		char *cut = g_strndup(pem, length);
		int64_t end;

		(void)dm_expiry_of_chain(cut, length, &end);
		if (length > 0)
			cut[length - 1] ^= 0x15;
		(void)dm_expiry_of_chain(cut, length, &end);
		g_free(cut);
	}
	g_free(pem);
}

/* --- the lookout --- */

static bool soon(dm_usec since)
{
	sched_yield();
	return dm_time_now() - since < DM_SEC(10);
}

static void test_lookout(void **state)
{
	const int64_t ends[] = { 100 * DAY, 110 * DAY };
	char *folder = g_dir_make_tmp("dragoman-lookout-XXXXXX", NULL);
	char *file = g_build_filename(folder, "chain.pem", NULL);
	char *pem = make_chain(ends, 2);
	const dm_usec begun = dm_time_now();
	struct dm_lookout *lookout;
	struct statvfs disk;

	(void)state;
	assert_true(g_file_set_contents(file, pem, -1, NULL));
	assert_int_equal(dm_lookout_create(&lookout, file, folder), 0);
	while (isnan(dm_lookout_disk_free(lookout, begun)) && soon(begun))
		;
	assert_true(dm_lookout_certificate_days(lookout, 90 * DAY) == 10);
	assert_true(dm_lookout_certificate_days(lookout, 100 * DAY + DAY / 2) == -0.5);
	assert_int_equal(statvfs(folder, &disk), 0);

	const double left = dm_lookout_disk_free(lookout, begun);

	assert_true(left >= 0 && left <= 1);
	assert_true(
		fabs(left - (double)disk.f_bavail / ((double)disk.f_blocks - (double)disk.f_bfree +
						     (double)disk.f_bavail)) < 0.02);
	/* A disk that has not answered for long is not known to be well. */
	assert_true(isnan(dm_lookout_disk_free(lookout, dm_time_now() + 4 * DM_LOOKOUT_TURN)));
	dm_lookout_destroy(lookout);
	g_remove(file);
	g_rmdir(folder);
	g_free(pem);
	g_free(file);
	g_free(folder);
}

static void test_nothing_to_see(void **state)
{
	struct dm_lookout *lookout;

	(void)state;
	assert_int_equal(dm_lookout_create(&lookout, NULL, NULL), 0);
	assert_true(isnan(dm_lookout_disk_free(lookout, dm_time_now())));
	assert_true(isnan(dm_lookout_certificate_days(lookout, 0)));
	dm_lookout_destroy(lookout);

	assert_int_equal(dm_lookout_create(&lookout, "/nowhere.pem", "/nowhere"), 0);
	assert_true(isnan(dm_lookout_certificate_days(lookout, 0)));
	dm_lookout_destroy(lookout);
	dm_lookout_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_end), cmocka_unit_test(test_other_program),
		cmocka_unit_test(test_no_chain),  cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_lookout),   cmocka_unit_test(test_nothing_to_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
