/* relay/control/access.c: see access.h */
#include "control/access.h"

#include "base/log.h"
#include "base/time.h"

#include <glib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LIFETIME_SECONDS                                                        \
	28800 /* where the settings say none: eight hours, a day's work; choice \
	       */

struct dm_access {
	char *event; /* owned, nullable */
	dm_access_clock *clock;
	struct dm_metrics *metrics; /* borrowed, nullable */
	struct dm_security_options
		security;        /* the texts are those of `key`; the list is `revoked` */
	struct dm_token_key key; /* owns its texts */
	GHashTable *revoked;     /* a set of ids, owned */
	struct dm_log_limit log_limit;
	struct dm_metric faults[DM_TOKEN_FAULT_COUNT];
	struct dm_metric verdicts[DM_PERMISSION_COUNT];
};

static int64_t system_clock(void)
{
	return time(NULL);
}

static int add_counter(struct dm_access *access, const char *reason, struct dm_metric *metric)
{
	char labels[64];

	g_snprintf(labels, sizeof(labels), "reason=\"%s\"", reason);
	return dm_metrics_add(access->metrics, DM_METRIC_COUNTER, "dragoman_access_refused_total",
			      "Requests refused for want of the right token.", labels, metric, 1);
}

static int add_metrics(struct dm_access *access)
{
	int error = 0;

	for (enum dm_token_fault i = DM_TOKEN_MISSING; !error && i < DM_TOKEN_FAULT_COUNT; i++)
		error = add_counter(access, dm_token_fault_name(i), &access->faults[i]);
	for (enum dm_permission i = DM_PERMISSION_NO_TOKEN; !error && i < DM_PERMISSION_COUNT; i++)
		error = add_counter(access, dm_permission_name(i), &access->verdicts[i]);
	return error;
}

static void forget(struct dm_access *access)
{
	char *key = (char *)access->key.bytes;

	if (key)
		explicit_bzero(key, access->key.count);
	g_free(key);
	g_free((char *)access->key.issuer);
	g_free((char *)access->key.audience);
	access->key = (struct dm_token_key){ 0 };
	g_clear_pointer(&access->revoked, g_hash_table_destroy);
}

void dm_access_update(struct dm_access *access, const struct dm_security_options *security)
{
	char *key = g_malloc0(security->key_bytes + 1);

	if (security->key_bytes)
		memcpy(key, security->key, security->key_bytes);
	forget(access);
	access->key = (struct dm_token_key){
		.algorithm = security->algorithm,
		.bytes = key,
		.count = security->key_bytes,
		.event = access->event,
		.issuer = g_strdup(security->issuer),
		.audience = g_strdup(security->audience),
	};
	access->revoked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < security->revoked_count; i++)
		g_hash_table_add(access->revoked, g_strdup(security->revoked[i]));
	access->security = (struct dm_security_options){
		.closed = security->closed,
		.metrics = security->metrics,
		.lifetime_seconds = security->lifetime_seconds,
	};
}

int dm_access_create(struct dm_access **out, const struct dm_access_options *options)
{
	struct dm_access *access = g_new0(struct dm_access, 1);

	access->event = g_strdup(options->event);
	access->clock = options->clock ? options->clock : system_clock;
	access->metrics = options->metrics;
	access->log_limit = (struct dm_log_limit){ .burst = 5, .interval = DM_SEC(10) };
	dm_access_update(access, options->security);

	const int error = access->metrics ? add_metrics(access) : 0;

	if (error) {
		dm_access_destroy(access);
		access = NULL;
	}
	*out = access;
	return error;
}

void dm_access_destroy(struct dm_access *access)
{
	if (!access)
		return;
	if (access->metrics)
		dm_metrics_remove(access->metrics, access, sizeof(*access));
	forget(access);
	g_free(access->event);
	g_free(access);
}

bool dm_access_is_revoked(const struct dm_access *access, const char *id)
{
	return access && id && g_hash_table_contains(access->revoked, id);
}

void dm_access_recognise(const struct dm_access *access, const char *text,
			 struct dm_visitor *visitor)
{
	memset(visitor, 0, sizeof(*visitor));
	visitor->fault = DM_TOKEN_MISSING;
	if (access && access->key.algorithm && text && *text)
		visitor->fault = dm_token_verify(&access->key, text, access->clock(),
						 &visitor->token);
}

void dm_access_of_request(const struct dm_access *access, const struct dm_request *request,
			  struct dm_visitor *visitor)
{
	const char *token = dm_access_bearer(request->authorization);

	dm_access_recognise(access, token ? token : dm_request_parameter(request, "token"),
			    visitor);
}

/* The fault as it is now: time has passed since the token was shown, and it may be revoked. */
static enum dm_token_fault fault_now(const struct dm_access *access,
				     const struct dm_visitor *visitor)
{
	if (!visitor)
		return DM_TOKEN_MISSING;
	if (visitor->fault && visitor->fault != DM_TOKEN_EXPIRED &&
	    visitor->fault != DM_TOKEN_NOT_YET)
		return visitor->fault;
	if (dm_access_is_revoked(access, visitor->token.id))
		return DM_TOKEN_REVOKED;
	return dm_token_check_time(&visitor->token, access->clock());
}

/* So that a technician finds who stands before a closed door; what they showed is not told. */
static void log_refusal(struct dm_access *access, const struct dm_visitor *visitor,
			const char *reason, enum dm_action action, const char *room)
{
	const char *id = visitor && visitor->token.id[0] ? visitor->token.id : "none";
	uint64_t suppressed;

	if (dm_log_allow(&access->log_limit, dm_time_now(), &suppressed))
		dm_log(DM_LOG_INFO, "access.refused",
		       "reason=%s action=%s room=%s token_id=%s suppressed=%" G_GUINT64_FORMAT,
		       reason, dm_action_name(action), room ? room : "any", id, suppressed);
}

/* RFC 6750, 3.1: 401 for no token and for one that is no good; the key tells the two apart. */
static bool refuse_fault(struct dm_access *access, const struct dm_visitor *visitor,
			 enum dm_token_fault fault, struct dm_refusal *refusal)
{
	char why[sizeof(refusal->message)];

	dm_metric_add(&access->faults[fault], 1);
	dm_token_explain(fault, &access->key, visitor ? &visitor->token : NULL, access->clock(),
			 why, sizeof(why));
	return dm_refuse(refusal, DM_REFUSAL_UNAUTHORIZED,
			 fault == DM_TOKEN_MISSING ? NULL : "token", "%s", why);
}

static bool judge(struct dm_access *access, const struct dm_grant *grant, enum dm_action action,
		  const char *room, const char *channel, enum dm_permission *verdict,
		  struct dm_refusal *refusal)
{
	char why[sizeof(refusal->message)];

	*verdict = dm_role_may(grant, action, room, channel);
	if (*verdict == DM_PERMISSION_ALLOWED)
		return true;
	dm_metric_add(&access->verdicts[*verdict], 1);
	dm_role_explain(*verdict, grant, action, room, channel, why, sizeof(why));
	if (*verdict == DM_PERMISSION_NO_TOKEN)
		return dm_refuse(refusal, DM_REFUSAL_UNAUTHORIZED, NULL, "%s", why);
	return dm_refuse(refusal, DM_REFUSAL_FORBIDDEN, "token", "%s", why);
}

static bool may(struct dm_access *access, const struct dm_visitor *visitor,
		enum dm_token_fault fault, enum dm_action action, const char *room,
		const char *channel, struct dm_refusal *refusal)
{
	static const struct dm_grant anonymous = { .role = DM_ROLE_ANONYMOUS };
	const bool nobody = fault == DM_TOKEN_MISSING && !access->security.closed;
	enum dm_permission verdict = DM_PERMISSION_ALLOWED;
	bool granted;

	if (fault && !nobody)
		granted = refuse_fault(access, visitor, fault, refusal);
	else
		granted = judge(access, nobody ? &anonymous : &visitor->token.grant, action, room,
				channel, &verdict, refusal);
	if (!granted)
		log_refusal(access, visitor,
			    verdict ? dm_permission_name(verdict) : dm_token_fault_name(fault),
			    action, room);
	return granted;
}

bool dm_access_is_open(const struct dm_access *access)
{
	return !access || !access->key.algorithm;
}

bool dm_access_may(struct dm_access *access, const struct dm_visitor *visitor,
		   enum dm_action action, const char *room, const char *channel,
		   struct dm_refusal *refusal)
{
	return dm_access_is_open(access) ||
	       may(access, visitor, fault_now(access, visitor), action, room, channel, refusal);
}

bool dm_access_allows(const struct dm_access *access, const struct dm_visitor *visitor,
		      enum dm_action action, const char *room, const char *channel)
{
	static const struct dm_grant anonymous = { .role = DM_ROLE_ANONYMOUS };

	if (dm_access_is_open(access))
		return true;

	const enum dm_token_fault fault = fault_now(access, visitor);

	if (fault && (fault != DM_TOKEN_MISSING || access->security.closed))
		return false;
	return dm_role_may(fault ? &anonymous : &visitor->token.grant, action, room, channel) ==
	       DM_PERMISSION_ALLOWED;
}

bool dm_access_can_mint(const struct dm_access *access)
{
	return access && access->key.algorithm == DM_TOKEN_HS256;
}

int64_t dm_access_mint(const struct dm_access *access, const struct dm_visitor *by, uint32_t ttl,
		       struct dm_token *token, char **text)
{
	const int64_t now = access->clock();
	int error;

	if (!ttl)
		ttl = access->security.lifetime_seconds ? access->security.lifetime_seconds
							: LIFETIME_SECONDS;
	token->expires_at = now + ttl;
	/* Else somebody whose time is over could go on for ever under another name. */
	if (token->grant.role == DM_ROLE_ORGANISER)
		token->expires_at = MIN(token->expires_at, by->token.expires_at);
	error = dm_token_sign(&access->key, token, now, text);
	if (error)
		return error;
	/* The id is made while it is signed. */
	dm_token_verify(&access->key, *text, now, token);
	return token->expires_at - now;
}

bool dm_access_may_leave(struct dm_access *access, const struct dm_visitor *visitor,
			 enum dm_action action, const char *room, const char *channel,
			 struct dm_refusal *refusal)
{
	if (dm_access_is_open(access))
		return true;

	const enum dm_token_fault fault = fault_now(access, visitor);

	return may(access, visitor, fault == DM_TOKEN_EXPIRED ? DM_TOKEN_FINE : fault, action, room,
		   channel, refusal);
}

bool dm_access_may_measure(struct dm_access *access, const struct dm_visitor *visitor, bool local,
			   struct dm_refusal *refusal)
{
	if (!access || access->security.metrics == DM_METRICS_PUBLIC ||
	    (access->security.metrics == DM_METRICS_LOCAL && local))
		return true;
	return dm_access_may(access, visitor, DM_ACTION_SEE_METRICS, NULL, NULL, refusal);
}

const char *dm_access_bearer(const char *authorization)
{
	static const char scheme[] = "Bearer ";

	if (!authorization || strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	authorization += sizeof(scheme) - 1;
	return authorization + strspn(authorization, " ");
}
