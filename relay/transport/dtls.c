#include "transport/dtls.h"

#include "transport/certificate.h"

#include <openssl/err.h>
#include <openssl/srtp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define DATAGRAM_BYTES     1200       /* fits every path WebRTC is used on (RFC 8831, 5) */
#define HANDSHAKE_TIME     DM_SEC(30) /* choice: as long as consent lasts */
#define FIRST_TIMEOUT_US   50000u     /* a WebRTC round trip, as browsers (RFC 9147, 5.8.2) */
#define LONGEST_TIMEOUT_US 1600000u   /* choice */
/* OpenSSL gives up at the thirteenth timeout without progress (DTLS1_TMO_ALERT_COUNT). After nine
 * as above, long ones let a broken path come back within HANDSHAKE_TIME. */
#define QUICK_TIMEOUTS  9
#define SLOW_TIMEOUT_US 5600000u

struct dm_dtls {
	SSL *ssl; /* owned */
	struct dm_fingerprint expected;
	dm_dtls_send_cb *send;
	void *user;
	const uint8_t *input; /* the datagram being read; borrowed during a receive, else NULL */
	size_t input_bytes;
	enum dm_dtls_state state;
	dm_usec give_up_at; /* DM_USEC_NEVER before the first receive or tick */
	dm_usec deadline;
	unsigned timeouts; /* in a row */
	const char *reason;
	/* The last datagram of the handshake: our last flight in the end. Then close_notify. */
	uint8_t written[DM_DTLS_FLIGHT_MAX];
	size_t written_bytes; /* even if they did not fit */
	bool mute;            /* what is written is kept, not sent */
};

static int bio_write(BIO *bio, const char *data, int size_bytes)
{
	struct dm_dtls *dtls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (dtls->state == DM_DTLS_HANDSHAKE || dtls->mute) {
		dtls->written_bytes = (size_t)size_bytes;
		if (dtls->written_bytes <= sizeof(dtls->written))
			memcpy(dtls->written, data, dtls->written_bytes);
	}
	if (!dtls->mute)
		dtls->send(dtls->user, (const uint8_t *)data, (size_t)size_bytes);
	return size_bytes;
}

/* One read is one datagram; what does not fit is lost, as with a socket. */
static int bio_read(BIO *bio, char *data, int room_bytes)
{
	struct dm_dtls *dtls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (!dtls->input) {
		BIO_set_retry_read(bio);
		return -1;
	}

	const size_t bytes = dtls->input_bytes < (size_t)room_bytes ? dtls->input_bytes
								    : (size_t)room_bytes;

	memcpy(data, dtls->input, bytes);
	dtls->input = NULL;
	return (int)bytes;
}

/* Answers only what it must: to say 1 to everything would claim that the kernel does TLS. */
static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1; /* nothing is held back */
	case BIO_CTRL_DGRAM_QUERY_MTU:
	case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
		return DATAGRAM_BYTES;
	default:
		return 0;
	}
}

BIO_METHOD *dm_dtls_bio_method_create(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");

	if (method && BIO_meth_set_write(method, bio_write) &&
	    BIO_meth_set_read(method, bio_read) && BIO_meth_set_ctrl(method, bio_ctrl))
		return method;
	BIO_meth_free(method);
	return NULL;
}

/* Self-signed certificates have no chain worth checking: the fingerprint, which came over the
 * signalling, is the proof (RFC 8122, 6.2). */
int dm_dtls_verify_peer(X509_STORE_CTX *store, void *unused)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct dm_dtls *dtls = SSL_get_app_data(ssl);
	X509 *x509 = X509_STORE_CTX_get0_cert(store);
	struct dm_fingerprint seen;

	(void)unused;
	if (x509 && dm_fingerprint_of(x509, dtls->expected.hash, &seen) &&
	    seen.bytes == dtls->expected.bytes &&
	    CRYPTO_memcmp(seen.value, dtls->expected.value, seen.bytes) == 0)
		return 1;
	dtls->reason = "certificate is not the announced one";
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static unsigned int next_timeout(SSL *ssl, unsigned int last_us)
{
	struct dm_dtls *dtls = SSL_get_app_data(ssl);

	if (last_us == 0) {
		dtls->timeouts = 0;
		return FIRST_TIMEOUT_US;
	}
	if (++dtls->timeouts >= QUICK_TIMEOUTS)
		return SLOW_TIMEOUT_US;
	return last_us < LONGEST_TIMEOUT_US / 2 ? last_us * 2 : LONGEST_TIMEOUT_US;
}

int dm_dtls_create(struct dm_dtls **out, struct dm_certificate *certificate,
		   const struct dm_fingerprint *expected, dm_dtls_send_cb *send, void *user)
{
	*out = NULL;

	struct dm_dtls *dtls = calloc(1, sizeof(*dtls));

	if (!dtls)
		return -ENOMEM;
	dtls->expected = *expected;
	dtls->send = send;
	dtls->user = user;
	dtls->give_up_at = DM_USEC_NEVER;
	dtls->deadline = DM_USEC_NEVER;
	dtls->reason = "";
	dtls->ssl = SSL_new(certificate->context);

	BIO *bio = BIO_new(certificate->method);

	if (!dtls->ssl || !bio) {
		BIO_free(bio);
		dm_dtls_destroy(dtls);
		return -ENOMEM;
	}
	BIO_set_data(bio, dtls);
	BIO_set_init(bio, 1);
	SSL_set_bio(dtls->ssl, bio, bio); /* takes it */
	SSL_set_app_data(dtls->ssl, dtls);
	SSL_set_mtu(dtls->ssl, DATAGRAM_BYTES);
	SSL_set_accept_state(dtls->ssl);
	DTLS_set_timer_cb(dtls->ssl, next_timeout);
	*out = dtls;
	return 0;
}

void dm_dtls_destroy(struct dm_dtls *dtls)
{
	if (!dtls)
		return;
	SSL_free(dtls->ssl);
	free(dtls);
}

static void fail(struct dm_dtls *dtls)
{
	const char *text = ERR_reason_error_string(ERR_peek_error());

	dtls->state = DM_DTLS_FAILED;
	if (dtls->reason[0] == '\0')
		dtls->reason = text ? text : "handshake failed";
	ERR_clear_error();
}

/* What `result` of the last SSL call means for the connection. */
static void judge(struct dm_dtls *dtls, int result)
{
	switch (SSL_get_error(dtls->ssl, result)) {
	case SSL_ERROR_NONE:
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return;
	case SSL_ERROR_ZERO_RETURN:
		dtls->state = DM_DTLS_CLOSED;
		dtls->reason = "closed by the peer";
		return;
	default:
		fail(dtls);
	}
}

static void advance_handshake(struct dm_dtls *dtls)
{
	const int result = SSL_do_handshake(dtls->ssl);

	if (result != 1) {
		judge(dtls, result);
		return;
	}
	dtls->state = DM_DTLS_CONNECTED;
	dtls->give_up_at = DM_USEC_NEVER;
}

/* After the handshake there are only alerts and repeated flights to read; reading answers the
 * latter with our last flight again (RFC 6347, 4.2.4). Application data is not ours: dropped. */
static void drain(struct dm_dtls *dtls)
{
	uint8_t scratch[2048];
	int result;

	do
		result = SSL_read(dtls->ssl, scratch, sizeof(scratch));
	while (result > 0);
	judge(dtls, result);
}

static void set_deadline(struct dm_dtls *dtls, dm_usec now)
{
	struct timeval left;

	dtls->deadline = DM_USEC_NEVER;
	if (dtls->state != DM_DTLS_HANDSHAKE && dtls->state != DM_DTLS_CONNECTED)
		return;
	dtls->deadline = dtls->give_up_at;
	if (DTLSv1_get_timeout(dtls->ssl, &left)) {
		const dm_usec due = now + DM_SEC(left.tv_sec) + left.tv_usec;

		if (due < dtls->deadline)
			dtls->deadline = due;
	}
}

static void begin(struct dm_dtls *dtls, dm_usec now)
{
	if (dtls->state == DM_DTLS_HANDSHAKE && dtls->give_up_at == DM_USEC_NEVER)
		dtls->give_up_at = now + HANDSHAKE_TIME;
	ERR_clear_error(); /* another peer's leftovers would be judged as ours */
}

enum dm_dtls_state dm_dtls_receive(struct dm_dtls *dtls, const uint8_t *data, size_t size_bytes,
				   dm_usec now)
{
	begin(dtls, now);
	if (size_bytes == 0)
		return dtls->state;
	dtls->input = data;
	dtls->input_bytes = size_bytes;
	if (dtls->state == DM_DTLS_HANDSHAKE)
		advance_handshake(dtls);
	if (dtls->state == DM_DTLS_CONNECTED)
		drain(dtls);
	dtls->input = NULL;
	set_deadline(dtls, now);
	return dtls->state;
}

enum dm_dtls_state dm_dtls_tick(struct dm_dtls *dtls, dm_usec now)
{
	begin(dtls, now);
	if (dtls->state != DM_DTLS_HANDSHAKE && dtls->state != DM_DTLS_CONNECTED)
		return dtls->state;
	if (now >= dtls->give_up_at) {
		dtls->state = DM_DTLS_FAILED;
		dtls->reason = "handshake timed out";
	} else if (DTLSv1_handle_timeout(dtls->ssl) < 0) {
		fail(dtls);
	}
	set_deadline(dtls, now);
	return dtls->state;
}

dm_usec dm_dtls_deadline(const struct dm_dtls *dtls)
{
	return dtls->deadline;
}

int dm_dtls_export_keys(struct dm_dtls *dtls, struct dm_srtp_keys *keys)
{
	static const char label[] = "EXTRACTOR-dtls_srtp"; /* RFC 5764, 4.2 */
	uint8_t material[2 * (sizeof(keys->local_key) + sizeof(keys->local_salt))];

	if (dtls->state != DM_DTLS_CONNECTED)
		return -EAGAIN;

	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);

	if (!profile)
		return -EIO;

	const bool gcm = profile->id == SRTP_AEAD_AES_128_GCM;
	const size_t salt_bytes = gcm ? 12 : 14; /* RFC 7714, 12; RFC 5764, 4.1.2 */
	const size_t key_bytes = sizeof(keys->local_key);
	const size_t bytes = 2 * (key_bytes + salt_bytes);

	if (SSL_export_keying_material(dtls->ssl, material, bytes, label, sizeof(label) - 1, NULL,
				       0, 0) != 1) {
		ERR_clear_error();
		return -EIO;
	}
	/* The client's key, the server's (ours), the client's salt, the server's. */
	*keys = (struct dm_srtp_keys){
		.profile = gcm ? DM_SRTP_AEAD_AES_128_GCM : DM_SRTP_AES128_CM_SHA1_80,
	};
	memcpy(keys->remote_key, material, key_bytes);
	memcpy(keys->local_key, material + key_bytes, key_bytes);
	memcpy(keys->remote_salt, material + 2 * key_bytes, salt_bytes);
	memcpy(keys->local_salt, material + 2 * key_bytes + salt_bytes, salt_bytes);
	OPENSSL_cleanse(material, sizeof(material));
	return 0;
}

/* Moves the last datagram written out. False when there is none, or a longer one. */
static bool take_written(struct dm_dtls *dtls, uint8_t *data, size_t room_bytes, uint8_t *bytes)
{
	const size_t written_bytes = dtls->written_bytes;

	dtls->written_bytes = 0;
	if (written_bytes == 0 || written_bytes > sizeof(dtls->written) ||
	    written_bytes > room_bytes)
		return false;
	memcpy(data, dtls->written, written_bytes);
	*bytes = (uint8_t)written_bytes;
	return true;
}

int dm_dtls_export_epilogue(struct dm_dtls *dtls, struct dm_dtls_epilogue *epilogue)
{
	if (dtls->state != DM_DTLS_CONNECTED)
		return -EAGAIN;
	*epilogue = (struct dm_dtls_epilogue){ 0 };

	bool ok = take_written(dtls, epilogue->flight, sizeof(epilogue->flight),
			       &epilogue->flight_bytes);

	dtls->mute = true;
	ERR_clear_error();
	(void)SSL_shutdown(dtls->ssl); /* writes close_notify; its answer does not matter */
	ok = ok &&
	     take_written(dtls, epilogue->goodbye, sizeof(epilogue->goodbye),
			  &epilogue->goodbye_bytes) &&
	     dm_dtls_epilogue_derive_key(epilogue, dtls->ssl);
	ERR_clear_error();
	return ok ? 0 : -EIO;
}

const char *dm_dtls_reason(const struct dm_dtls *dtls)
{
	return dtls->reason;
}
