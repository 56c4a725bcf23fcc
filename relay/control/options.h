/* relay/control/options.h
 *
 * What the configuration says about HTTP. Plain data; strings borrowed until dm_control_destroy.
 * Thread: any.
 */
#ifndef DM_CONTROL_OPTIONS_H
#define DM_CONTROL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one algorithm that tokens may be signed with (RFC 7518, 3.1). Fixed here and never taken
 * from a token. */
enum dm_token_algorithm {
	DM_TOKEN_ALGORITHM_NONE, /* no key: tokens mean nothing, and none is asked for */
	DM_TOKEN_HS256,          /* a secret of ours: the relay signs tokens itself */
	DM_TOKEN_RS256,          /* a public key: tokens are issued elsewhere */
	DM_TOKEN_ES256,
};

/* Who may read /metrics. */
enum dm_metrics_readers {
	DM_METRICS_PUBLIC, /* everybody who reaches the port */
	DM_METRICS_LOCAL,  /* this machine; from elsewhere an organiser's token */
	DM_METRICS_TOKEN,  /* an organiser's token, always */
};

struct dm_security_options {
	enum dm_token_algorithm algorithm;
	const char *key; /* the secret, or a public key as PEM */
	size_t key_bytes;
	const char *issuer;         /* that `iss` has to be; NULL: whichever */
	const char *audience;       /* that `aud` has to hold; NULL: whichever */
	const char *const *revoked; /* ids of tokens that are not taken any more */
	size_t revoked_count;
	uint32_t lifetime_seconds; /* of the tokens that `dragoman token` makes */
	bool closed;               /* who listens needs a token too */
	enum dm_metrics_readers metrics;
};

struct dm_control_options {
	const char *address;        /* to bind, numeric; NULL or "": every address, IPv4 and IPv6 */
	uint16_t port;              /* 0: the kernel chooses */
	const char *certificate;    /* PEM file; NULL or "": plain HTTP */
	const char *private_key;    /* PEM file */
	const char *web_root;       /* directory of the pages (client/web) */
	const char *country_header; /* in which a proxy names a client's country; NULL: none */
	struct dm_security_options security;
	int room_ms; /* between two messages about a room; 0: DM_HUB_ROOM_MS, below 0: none */
};

#endif
