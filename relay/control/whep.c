/* relay/control/whep.c: see whep.h */
#include "control/whep.h"

#include "base/log.h"
#include "control/event_json.h"
#include "control/listener.h"
#include "control/message.h"
#include "control/problem.h"
#include "session/name.h"

#include <string.h>

#define SDP_TYPE      "application/sdp"
#define FRAGMENT_TYPE "application/trickle-ice-sdpfrag" /* RFC 8840, 9 */

#define ENDPOINT_METHODS "OPTIONS, POST"
#define SESSION_METHODS  "DELETE, OPTIONS, PATCH"

struct dm_whep {
	struct dm_event *event;     /* borrowed */
	struct dm_access *access;   /* borrowed, nullable */
	struct dm_metrics *metrics; /* borrowed, nullable */
	GHashTable *sessions;       /* id (of the listener) to listener (owned) */
	struct dm_metric session_count;
};

static void listener_free(void *listener)
{
	dm_listener_destroy(listener);
}

int dm_whep_create(struct dm_whep **out, struct dm_event *event, struct dm_access *access,
		   struct dm_metrics *metrics)
{
	struct dm_whep *whep = g_new0(struct dm_whep, 1);

	*out = NULL;
	whep->event = event;
	whep->access = access;
	whep->metrics = metrics;
	whep->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, listener_free);
	if (metrics) {
		const int error = dm_metrics_add(metrics, DM_METRIC_GAUGE, "dragoman_whep_sessions",
						 "WHEP sessions that exist.", "",
						 &whep->session_count, 1);

		if (error) {
			dm_whep_destroy(whep);
			return error;
		}
	}
	*out = whep;
	return 0;
}

void dm_whep_destroy(struct dm_whep *whep)
{
	if (!whep)
		return;
	g_hash_table_destroy(whep->sessions);
	if (whep->metrics)
		dm_metrics_remove(whep->metrics, whep, sizeof(*whep));
	g_free(whep);
}

static void remove_session(struct dm_whep *whep, struct dm_listener *listener)
{
	g_hash_table_remove(whep->sessions, dm_listener_id(listener));
	dm_metric_add(&whep->session_count, -1);
}

static void on_state(void *user, struct dm_listener *listener, enum dm_peer_state state)
{
	if (state != DM_PEER_CONNECTED)
		remove_session(user, listener);
}

static gboolean is_revoked(void *id, void *listener, void *user)
{
	struct dm_whep *whep = user;

	(void)id;
	if (!dm_access_is_revoked(whep->access, dm_listener_token_id(listener)))
		return FALSE;
	dm_metric_add(&whep->session_count, -1);
	return TRUE;
}

void dm_whep_review(struct dm_whep *whep)
{
	g_hash_table_foreach_remove(whep->sessions, is_revoked, whep);
}

static void add_etag(struct dm_response *response, const struct dm_listener *listener)
{
	char etag[16];

	g_snprintf(etag, sizeof(etag), "\"%s\"", dm_listener_ufrag(listener));
	dm_response_header(response, "ETag", etag);
}

/* Parameters that we do not know are let be: players add their own. */
static bool read_wish(const struct dm_request *request, struct dm_listener_wish *wish,
		      enum dm_video_choice *video, bool *sign, struct dm_refusal *refusal)
{
	const char *video_text = dm_request_parameter(request, "video");
	const char *sign_text = dm_request_parameter(request, "sign");

	*video = DM_VIDEO_AUTO;
	if (video_text && !dm_video_choice_parse(video_text, video))
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "video",
				 "The parameter video must be none, low, medium, high or auto.");
	*sign = !sign_text || !strcmp(sign_text, "true");
	if (!*sign && strcmp(sign_text, "false") != 0)
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "sign",
				 "The parameter sign must be true or false.");
	wish->lang = dm_request_parameter(request, "lang");
	wish->video = video;
	wish->sign = sign;
	return true;
}

static bool create_session(struct dm_whep *whep, const struct dm_request *request, const char *room,
			   const struct dm_visitor *visitor, struct dm_listener **listener,
			   char **answer, struct dm_refusal *refusal)
{
	enum dm_video_choice video;
	bool sign;
	struct dm_listener_options options = {
		.event = whep->event,
		.room = room,
		.offer = request->body,
		.offer_bytes = request->body_bytes,
		.token_id = visitor->token.id,
		.on_state = on_state,
		.user = whep,
	};

	if (!read_wish(request, &options.wish, &video, &sign, refusal))
		return false;
	if (!dm_access_may(whep->access, visitor, DM_ACTION_LISTEN, room,
			   options.wish.lang ? options.wish.lang : "floor", refusal))
		return false;
	/* A player cannot offer again, so that sound alone is sound alone for good. */
	options.no_pictures = video == DM_VIDEO_NONE;
	return dm_listener_create(listener, &options, answer, refusal);
}

static void handle_create(struct dm_whep *whep, const struct dm_request *request, const char *room,
			  const struct dm_visitor *visitor, struct dm_response *response)
{
	struct dm_listener *listener;
	struct dm_refusal refusal;
	char location[DM_REQUEST_PATH_MAX];
	char *answer;

	if (!dm_request_content_is(request, SDP_TYPE)) {
		dm_response_header(response, "Accept-Post", SDP_TYPE);
		dm_problem(response, 415, "Post an SDP offer with Content-Type: application/sdp.");
		return;
	}
	if (!dm_request_accepts(request, SDP_TYPE)) {
		dm_problem(response, 406, "The answer is application/sdp; let Accept allow it.");
		return;
	}
	if (!create_session(whep, request, room, visitor, &listener, &answer, &refusal)) {
		dm_problem_refusal(response, &refusal);
		return;
	}
	g_hash_table_insert(whep->sessions, (void *)dm_listener_id(listener), listener);
	dm_metric_add(&whep->session_count, 1);
	g_snprintf(location, sizeof(location), "/whep/%s/%s", room, dm_listener_id(listener));
	dm_response_header(response, "Location", location);
	add_etag(response, listener);
	dm_response_header(response, "Accept-Patch", FRAGMENT_TYPE);
	dm_response_set(response, 201, SDP_TYPE, g_bytes_new_take(answer, strlen(answer)));
}

/* RFC 9725, 4.3: the entity tag names the ICE session. A trickle carries it in If-Match, a restart
 * carries a star. */
static bool check_if_match(const struct dm_request *request, const struct dm_listener *listener,
			   struct dm_response *response)
{
	char etag[16];

	g_snprintf(etag, sizeof(etag), "\"%s\"", dm_listener_ufrag(listener));
	if (!*request->if_match) {
		dm_problem(response, 428,
			   "Send If-Match with the session's ETag, or with * to restart ICE.");
		return false;
	}
	if (!dm_etag_listed(request->if_match, etag, false)) {
		dm_problem(response, 412,
			   "If-Match is not the session's ETag: ICE has been restarted since.");
		return false;
	}
	return true;
}

static void handle_patch(struct dm_listener *listener, const struct dm_request *request,
			 struct dm_response *response)
{
	struct dm_refusal refusal;
	char *answer;

	if (!dm_request_content_is(request, FRAGMENT_TYPE)) {
		dm_response_header(response, "Accept-Patch", FRAGMENT_TYPE);
		dm_problem(response, 415, "Patch with Content-Type: " FRAGMENT_TYPE ".");
		return;
	}
	if (!check_if_match(request, listener, response))
		return;
	switch (dm_listener_fragment(listener, request->body, request->body_bytes, &answer,
				     &refusal)) {
	case DM_FRAGMENT_TRICKLE:
		dm_response_set(response, 204, NULL, NULL);
		return;
	case DM_FRAGMENT_RESTART:
		add_etag(response, listener);
		dm_response_set(response, 200, FRAGMENT_TYPE,
				g_bytes_new_take(answer, strlen(answer)));
		return;
	case DM_FRAGMENT_REFUSED:
		dm_problem_refusal(response, &refusal);
		return;
	}
}

static json_t *selection_json(const struct dm_subscriber *subscriber)
{
	return json_pack("{s:s, s:s, s:s, s:b}", "room",
			 dm_subscriber_room(subscriber)->options->id, "lang",
			 dm_subscriber_channel(subscriber)->lang, "video",
			 dm_video_choice_name(dm_subscriber_video(subscriber)), "sign",
			 (int)dm_subscriber_sign(subscriber));
}

static const char *room_of(const struct dm_listener *listener)
{
	return dm_subscriber_room(dm_listener_subscriber(listener))->options->id;
}

static void handle_select(struct dm_whep *whep, struct dm_listener *listener,
			  const struct dm_request *request, const struct dm_visitor *visitor,
			  struct dm_response *response)
{
	struct dm_message message = { 0 };
	struct dm_refusal refusal;

	if (!dm_request_content_is(request, "application/json")) {
		dm_response_header(response, "Accept-Post", "application/json");
		dm_problem(response, 415, "Post JSON with Content-Type: application/json.");
		return;
	}

	bool granted = dm_message_parse_select(&message, request->body, request->body_bytes,
					       &refusal);

	granted = granted && dm_access_may(whep->access, visitor, DM_ACTION_SELECT,
					   room_of(listener), message.lang, &refusal);
	if (granted) {
		const struct dm_listener_wish wish = {
			.lang = message.lang,
			.video = message.has_video ? &message.video : NULL,
			.sign = message.has_sign ? &message.sign : NULL,
		};

		granted = dm_listener_select(listener, &wish, &refusal);
	}
	if (granted)
		dm_response_set(response, 200, "application/json",
				dm_json_text(selection_json(dm_listener_subscriber(listener))));
	else
		dm_problem_refusal(response, &refusal);
	dm_message_finish(&message);
}

/* Any origin may play: there are no cookies to misuse. */
static void add_cors(struct dm_response *response)
{
	dm_response_header(response, "Access-Control-Allow-Origin", "*");
	dm_response_header(response, "Access-Control-Expose-Headers",
			   "Accept-Patch, ETag, Link, Location, WWW-Authenticate");
}

static void handle_options(struct dm_response *response, const char *methods)
{
	dm_response_header(response, "Allow", methods);
	dm_response_header(response, "Access-Control-Allow-Methods", methods);
	dm_response_header(response, "Access-Control-Allow-Headers",
			   "Authorization, Content-Type, If-Match");
	dm_response_header(response, "Access-Control-Max-Age", "86400");
	dm_response_set(response, 204, NULL, NULL);
}

/* False with a problem when the request's token is not good for the room. What is asked of which
 * channel is judged by whoever knows it. */
static bool admit(struct dm_whep *whep, const struct dm_request *request,
		  const struct dm_path *path, struct dm_visitor *visitor,
		  struct dm_response *response)
{
	const char *room = path->segments[1];
	struct dm_refusal refusal;
	bool granted;

	dm_access_recognise(whep->access, dm_access_bearer(request->authorization), visitor);
	if (request->method == DM_METHOD_DELETE)
		granted = dm_access_may_leave(whep->access, visitor, room, &refusal);
	else
		granted = dm_access_may(whep->access, visitor, DM_ACTION_LISTEN, room, NULL,
					&refusal);
	if (!granted)
		dm_problem_refusal(response, &refusal);
	return granted;
}

static void handle_endpoint(struct dm_whep *whep, const struct dm_request *request,
			    const struct dm_path *path, struct dm_response *response)
{
	struct dm_visitor visitor;

	switch (request->method) {
	case DM_METHOD_POST:
		if (admit(whep, request, path, &visitor, response))
			handle_create(whep, request, path->segments[1], &visitor, response);
		return;
	case DM_METHOD_OPTIONS:
		dm_response_header(response, "Accept-Post", SDP_TYPE);
		handle_options(response, ENDPOINT_METHODS);
		return;
	default:
		dm_problem_method(response, ENDPOINT_METHODS);
		return;
	}
}

/* NULL, with a problem, when there is no such session in that room. */
static struct dm_listener *find_session(struct dm_whep *whep, const struct dm_path *path,
					struct dm_response *response)
{
	struct dm_listener *listener = g_hash_table_lookup(whep->sessions, path->segments[2]);
	const struct dm_subscriber *subscriber = listener ? dm_listener_subscriber(listener) : NULL;

	if (subscriber && !strcmp(dm_subscriber_room(subscriber)->options->id, path->segments[1]))
		return listener;
	dm_problem(response, 404, "There is no such session, or it has ended; post a new offer.");
	return NULL;
}

static void handle_session(struct dm_whep *whep, const struct dm_request *request,
			   const struct dm_path *path, struct dm_response *response)
{
	const bool select = path->count == 4;
	const char *methods = select ? ENDPOINT_METHODS : SESSION_METHODS;
	struct dm_visitor visitor;
	struct dm_listener *listener;

	if (request->method == DM_METHOD_OPTIONS) {
		if (!select)
			dm_response_header(response, "Accept-Patch", FRAGMENT_TYPE);
		handle_options(response, methods);
		return;
	}
	if (!admit(whep, request, path, &visitor, response))
		return;
	listener = find_session(whep, path, response);
	if (!listener)
		return;
	if (select && request->method == DM_METHOD_POST) {
		handle_select(whep, listener, request, &visitor, response);
	} else if (!select && request->method == DM_METHOD_PATCH) {
		handle_patch(listener, request, response);
	} else if (!select && request->method == DM_METHOD_DELETE) {
		remove_session(whep, listener);
		dm_response_set(response, 200, NULL, NULL);
	} else {
		dm_problem_method(response, methods);
	}
}

void dm_whep_handle(struct dm_whep *whep, const struct dm_request *request,
		    const struct dm_path *path, struct dm_response *response)
{
	add_cors(response);
	if (path->count == 2)
		handle_endpoint(whep, request, path, response);
	else if (path->count == 3 || (path->count == 4 && !strcmp(path->segments[3], "select")))
		handle_session(whep, request, path, response);
	else
		dm_problem(response, 404, "Players post their offer to /whep/ and a room's id.");
}
