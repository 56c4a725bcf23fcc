#include "monitor/expiry.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <time.h>

static bool end_of(const X509 *certificate, int64_t *end)
{
	struct tm parts;

	if (!ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts))
		return false;
	*end = timegm(&parts);
	return true;
}

/* No "BEGIN CERTIFICATE" was left. */
static bool was_the_last(void)
{
	const unsigned long error = ERR_peek_last_error();

	return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

int dm_expiry_of_chain(const char *pem, size_t bytes, int64_t *end)
{
	BIO *text = bytes <= INT_MAX ? BIO_new_mem_buf(pem, (int)bytes) : NULL;
	int64_t first = INT64_MAX;
	int error = 0;
	X509 *certificate;

	if (!text)
		return -ENOMEM;
	ERR_clear_error();
	while (!error && (certificate = PEM_read_bio_X509(text, NULL, NULL, NULL))) {
		int64_t one;

		if (!end_of(certificate, &one))
			error = -EBADMSG;
		else if (one < first)
			first = one;
		X509_free(certificate);
	}
	if (!error && !was_the_last())
		error = -EBADMSG;
	if (!error && first == INT64_MAX)
		error = -ENODATA;
	ERR_clear_error();
	BIO_free(text);
	if (!error)
		*end = first;
	return error;
}
