/* relay/control/control.c: see control.h */
#include "control/control.h"

#include "base/log.h"
#include "control/http.h"
#include "control/http_request.h"
#include "control/websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define HEADER_BYTES_MAX  8192  /* of a request; the default of 4 KiB is less than some cookies */
#define REQUEST_SECONDS   10    /* for a request's header, and between pieces of its body; choice */
#define KEEPALIVE_SECONDS 15    /* between requests; choice */
#define PING_SECONDS      25    /* below the 30 s after which many NATs and proxies forget */
#define HANGUP_SECONDS    60    /* without any sign of life of a websocket; choice */
#define WRITE_BYTES       65536 /* at most at once: a whole message of ours, mostly */
#define RECEIVE_BYTES     4096

/* Descriptors that the process has at least, where it is allowed to: one for each websocket. */
#define DESCRIPTORS_WANTED 65536   /* choice; libwebsockets keeps 16 bytes for each */
#define DESCRIPTORS_MOST   1048576 /* choice: some containers allow a thousand times more */
#define DESCRIPTORS_SPARED 64      /* that connections leave to the rest of the process; choice */

struct dm_control {
	struct dm_access *access; /* owned */
	struct dm_router *router; /* owned */
	struct dm_hub *hub;       /* owned */
	GMainLoop *loop;          /* owned; names the default context, is never run */
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct lws_protocols protocols[3];
	lws_retry_bo_t patience;
	int descriptor_limit;
	struct dm_metrics *metrics; /* borrowed, nullable */
	struct dm_metric turned_away;
};

/* libwebsockets' own lines, which peers can cause: a few are told. */
static void on_lws_log(int level, const char *line)
{
	static struct dm_log_limit limit = { .burst = 5, .interval = DM_SEC(10) };
	uint64_t suppressed;
	char text[200];

	if (!dm_log_allow(&limit, dm_time_now(), &suppressed))
		return;
	g_strlcpy(text, line, sizeof(text));
	g_strchomp(text);
	dm_token_redact(text);
	dm_log(level & LLL_ERR ? DM_LOG_WARN : DM_LOG_INFO, "control.lws",
	       "suppressed=%" G_GUINT64_FORMAT " text=%s", suppressed, text);
}

static bool offers_protocol(struct lws *wsi)
{
	char list[128];
	char **names;
	bool found = false;

	if (lws_hdr_copy(wsi, list, sizeof(list), WSI_TOKEN_PROTOCOL) <= 0)
		return false;
	names = g_strsplit(list, ",", 0);
	for (size_t i = 0; names[i] && !found; i++)
		found = !strcmp(g_strstrip(names[i]), DM_WEBSOCKET_PROTOCOL);
	g_strfreev(names);
	return found;
}

/* A websocket is welcome at /ws with our subprotocol. */
static int on_upgrade(struct lws *wsi, const char *what)
{
	struct dm_router *router = lws_vhost_user(lws_get_vhost(wsi));
	char path[DM_REQUEST_PATH_MAX + 1];
	enum dm_method method;

	if (dm_http_is_piped(wsi)) /* what follows might be misread: see http.c */
		return -1;
	if (strcasecmp(what, "websocket") != 0)
		return dm_http_refuse_upgrade(wsi, router, 400,
					      "Of upgrades only websocket is known; use HTTP/1.1.");
	if (!dm_http_path(wsi, path, &method) || method != DM_METHOD_GET ||
	    strcmp(path, "/ws") != 0)
		return dm_http_refuse_upgrade(wsi, router, 404, "The websocket is at /ws.");
	if (!offers_protocol(wsi))
		return dm_http_refuse_upgrade(
			wsi, router, 400,
			"Offer the subprotocol dragoman.v1 (Sec-WebSocket-Protocol).");
	return 0;
}

/* A full table of descriptors must not keep the relay from opening anything else, nor make it try
 * to accept in vain for ever: the lowest free descriptor tells how full it is. */
static int on_connection(struct lws *wsi, int fd)
{
	struct dm_control *control = lws_context_user(lws_get_context(wsi));

	if (fd < control->descriptor_limit - DESCRIPTORS_SPARED)
		return 0;
	dm_metric_add(&control->turned_away, 1);
	return -1;
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		   size_t bytes)
{
	if (reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE)
		return on_upgrade(wsi, in);
	if (reason == LWS_CALLBACK_FILTER_NETWORK_CONNECTION)
		return on_connection(wsi, (int)(intptr_t)in);
	return dm_http_callback(wsi, reason, user, in, bytes);
}

static void fill_protocols(struct dm_control *control)
{
	control->protocols[0] = (struct lws_protocols){
		.name = "http",
		.callback = on_http,
		.per_session_data_size = sizeof(struct dm_exchange),
		.rx_buffer_size = RECEIVE_BYTES,
		.tx_packet_size = WRITE_BYTES,
	};
	control->protocols[1] = (struct lws_protocols){
		.name = DM_WEBSOCKET_PROTOCOL,
		.callback = dm_websocket_callback,
		.per_session_data_size = sizeof(struct dm_websocket),
		.rx_buffer_size = RECEIVE_BYTES,
		.tx_packet_size = WRITE_BYTES,
		.user = control->hub,
	};
	control->patience = (lws_retry_bo_t){
		.secs_since_valid_ping = PING_SECONDS,
		.secs_since_valid_hangup = HANGUP_SECONDS,
	};
}

static void set_descriptor_limit(struct dm_control *control)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit)) {
		control->descriptor_limit = 1024; /* what a process has at least, mostly */
		return;
	}

	const rlim_t before = limit.rlim_cur;

	limit.rlim_cur = MIN(limit.rlim_max, CLAMP(before, DESCRIPTORS_WANTED, DESCRIPTORS_MOST));
	if (limit.rlim_cur != before && setrlimit(RLIMIT_NOFILE, &limit))
		limit.rlim_cur = before;
	control->descriptor_limit = (int)MIN(limit.rlim_cur, INT_MAX);
}

static int create_context(struct dm_control *control)
{
	void *loops[] = { control->loop };
	const struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.options = LWS_SERVER_OPTION_GLIB | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		.foreign_loops = loops,
		.gid = -1,
		.uid = -1,
		.max_http_header_data = HEADER_BYTES_MAX,
		.timeout_secs = REQUEST_SECONDS,
		.server_string = "dragoman",
		.user = control,
		.retry_and_idle_policy = &control->patience,
	};

	set_descriptor_limit(control);
	lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
	control->context = lws_create_context(&info);
	return control->context ? 0 : -ENOMEM;
}

static bool is_set(const char *text)
{
	return text && *text;
}

static int check_readable(const char *what, const char *path)
{
	if (!access(path, R_OK))
		return 0;
	dm_log(DM_LOG_ERROR, "control.unreadable", "key=%s path=%s errno=%d", what, path, errno);
	return -ENOENT;
}

/* Why a listening socket could not be had: libwebsockets does not say. */
static int probe_bind(const struct dm_control_options *options)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(options->port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(options->port) };
	const bool is_four = is_set(options->address) &&
			     inet_pton(AF_INET, options->address, &four.sin_addr) == 1;
	const int one = 1;
	int error = -EIO;

	if (is_set(options->address) && !is_four &&
	    inet_pton(AF_INET6, options->address, &six.sin6_addr) != 1)
		return -EIO;

	const int probe = socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (probe < 0)
		return -EIO;
	setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(probe, is_four ? (struct sockaddr *)&four : (struct sockaddr *)&six,
		 is_four ? sizeof(four) : sizeof(six)) ||
	    listen(probe, 1))
		error = errno == EADDRINUSE || errno == EADDRNOTAVAIL || errno == EACCES ? -errno
											 : -EIO;
	close(probe);
	return error;
}

static struct lws_vhost *create_vhost(struct dm_control *control,
				      const struct dm_control_options *options, bool ipv6)
{
	struct lws_context_creation_info info = {
		.port = options->port,
		.vhost_name = "dragoman",
		.iface = is_set(options->address) ? options->address : NULL,
		.protocols = control->protocols,
		.options = LWS_SERVER_OPTION_VALIDATE_UTF8 |
			   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
			   LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY,
		.keepalive_timeout = KEEPALIVE_SECONDS,
		.timeout_secs = REQUEST_SECONDS,
		.timeout_secs_ah_idle = REQUEST_SECONDS,
		.retry_and_idle_policy = &control->patience,
		.user = control->router,
		/* HTTP/2 would save nothing here, and libwebsockets 4.1 does not let a body be
		 * refused there without ending the whole connection. */
		.alpn = "http/1.1",
	};

	if (!ipv6)
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	if (is_set(options->certificate)) {
		/* Without it libwebsockets passes over the certificate and speaks plain HTTP. */
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
				LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS; /* we are no client */
		info.ssl_cert_filepath = options->certificate;
		info.ssl_private_key_filepath = options->private_key;
	}
	return lws_create_vhost(control->context, &info);
}

static int listen_at(struct dm_control *control, const struct dm_control_options *options)
{
	struct in_addr four;
	const bool only_four = is_set(options->address) &&
			       inet_pton(AF_INET, options->address, &four) == 1;
	int error = 0;

	if (is_set(options->certificate)) {
		error = check_readable("certificate", options->certificate);
		if (!error)
			error = check_readable("private_key",
					       options->private_key ? options->private_key : "");
	}
	if (error)
		return error;
	control->vhost = create_vhost(control, options, !only_four);
	/* A machine without IPv6 has no such socket at all. */
	if (!control->vhost && !is_set(options->address) && access("/proc/net/if_inet6", F_OK))
		control->vhost = create_vhost(control, options, false);
	if (control->vhost)
		return 0;
	error = probe_bind(options);
	if (error != -EIO || !is_set(options->certificate))
		return error;
	/* The address could be had, so it was these; libwebsockets has told why. */
	dm_log(DM_LOG_ERROR, "control.unreadable", "key=certificate path=%s private_key=%s",
	       options->certificate, options->private_key);
	return -ENOENT;
}

static int create_parts(struct dm_control *control, const struct dm_control_options *options,
			struct dm_event *event, struct dm_watch *watch, struct dm_metrics *metrics)
{
	struct dm_router_options router = {
		.event = event,
		.watch = watch,
		.metrics = metrics,
		.web_root = options->web_root,
		.country_header = options->country_header,
	};
	struct dm_hub_options hub = {
		.event = event,
		.watch = watch,
		.metrics = metrics,
		.grace_ms = DM_HUB_GRACE_MS,
		.room_ms = options->room_ms ? (unsigned)MAX(options->room_ms, 0) : DM_HUB_ROOM_MS,
	};
	const struct dm_access_options access = {
		.security = &options->security,
		.event = dm_event_options(event)->id,
		.metrics = metrics,
	};
	int error = dm_access_create(&control->access, &access);

	if (error)
		return error;
	router.access = hub.access = control->access;
	error = dm_router_create(&control->router, &router);

	if (error && error != -ENOMEM && is_set(options->web_root)) {
		dm_log(DM_LOG_ERROR, "control.unreadable", "key=web_root path=%s errno=%d",
		       options->web_root, -error);
		return -ENOENT;
	}
	if (!error)
		error = dm_hub_create(&control->hub, &hub);
	if (error || !metrics)
		return error;
	control->metrics = metrics;
	return dm_metrics_add(metrics, DM_METRIC_COUNTER, "dragoman_connections_turned_away_total",
			      "TCP connections closed because the process has too many.", "",
			      &control->turned_away, 1);
}

int dm_control_create(struct dm_control **out, const struct dm_control_options *options,
		      struct dm_event *event, struct dm_watch *watch, struct dm_metrics *metrics)
{
	struct dm_control *control = g_new0(struct dm_control, 1);
	int error = create_parts(control, options, event, watch, metrics);

	*out = NULL;
	if (error)
		goto destroy;
	control->loop = g_main_loop_new(NULL, FALSE);
	fill_protocols(control);
	error = create_context(control);
	if (!error)
		error = listen_at(control, options);
	if (error)
		goto destroy;
	dm_log(DM_LOG_INFO, "control.listen", "port=%u tls=%d", dm_control_port(control),
	       is_set(options->certificate));
	*out = control;
	return 0;

destroy:
	dm_control_destroy(control);
	return error;
}

void dm_control_destroy(struct dm_control *control)
{
	if (!control)
		return;
	if (control->vhost)
		lws_callback_all_protocol_vhost_args(
			control->vhost,
			lws_vhost_name_to_protocol(control->vhost, DM_WEBSOCKET_PROTOCOL),
			DM_WEBSOCKET_END, NULL, 0);
	if (control->context)
		lws_context_destroy(control->context);
	if (control->metrics)
		dm_metrics_remove(control->metrics, control, sizeof(*control));
	dm_hub_destroy(control->hub);
	dm_router_destroy(control->router);
	dm_access_destroy(control->access);
	if (control->loop)
		g_main_loop_unref(control->loop);
	g_free(control);
}

uint16_t dm_control_port(const struct dm_control *control)
{
	return (uint16_t)lws_get_vhost_listen_port(control->vhost);
}

void dm_control_secure(struct dm_control *control, const struct dm_security_options *security)
{
	dm_access_update(control->access, security);
	dm_router_review(control->router);
	dm_hub_review(control->hub);
}

int64_t dm_control_token_end(const struct dm_control *control)
{
	const int64_t booths = dm_hub_token_end(control->hub);
	const int64_t publishers = dm_router_token_end(control->router);

	return booths && publishers ? MIN(booths, publishers) : MAX(booths, publishers);
}

void dm_control_set_ready(struct dm_control *control, bool ready, const char *reason)
{
	dm_router_set_ready(control->router, ready, reason);
}
