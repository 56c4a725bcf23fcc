/* relay/control/whep.c: see whep.h */
#include "control/whep.h"

#include "control/event_json.h"
#include "control/listener.h"
#include "control/message.h"
#include "control/problem.h"
#include "session/name.h"

#include <string.h>

static const char *id_of(const void *listener)
{
	return dm_listener_id(listener);
}

static const char *token_id_of(const void *listener)
{
	return dm_listener_token_id(listener);
}

static const char *tag_of(const void *listener)
{
	return dm_listener_ufrag(listener);
}

static enum dm_fragment_result take_fragment(void *listener, const char *fragment, size_t bytes,
					     char **answer, struct dm_refusal *refusal)
{
	return dm_listener_fragment(listener, fragment, bytes, answer, refusal);
}

static void destroy(void *listener)
{
	dm_listener_destroy(listener);
}

const struct dm_resource_kind dm_whep_kind = {
	.gauge = "dragoman_whep_sessions",
	.help = "WHEP sessions that exist.",
	.id = id_of,
	.token_id = token_id_of,
	.tag = tag_of,
	.fragment = take_fragment,
	.destroy = destroy,
};

static void on_state(void *user, struct dm_listener *listener, enum dm_peer_state state)
{
	struct dm_resources *players = user;

	if (state != DM_PEER_CONNECTED)
		dm_resources_remove(players, dm_listener_id(listener));
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

static bool create_session(struct dm_resources *players, const struct dm_request *request,
			   const char *room, const struct dm_visitor *visitor,
			   struct dm_listener **listener, char **answer, struct dm_refusal *refusal)
{
	enum dm_video_choice video;
	bool sign;
	struct dm_listener_options options = {
		.event = dm_resources_event(players),
		.room = room,
		.offer = request->body,
		.offer_bytes = request->body_bytes,
		.country = request->country,
		.token_id = visitor->token.id,
		.on_state = on_state,
		.user = players,
	};

	if (!read_wish(request, &options.wish, &video, &sign, refusal))
		return false;
	if (!dm_access_may(dm_resources_access(players), visitor, DM_ACTION_LISTEN, room,
			   options.wish.lang ? options.wish.lang : "floor", refusal))
		return false;
	/* A player cannot offer again, so that sound alone is sound alone for good. */
	options.no_pictures = video == DM_VIDEO_NONE;
	return dm_listener_create(listener, &options, answer, refusal);
}

static void handle_create(struct dm_resources *players, const struct dm_request *request,
			  const char *room, const struct dm_visitor *visitor,
			  struct dm_response *response)
{
	struct dm_listener *listener;
	struct dm_refusal refusal;
	char endpoint[DM_REQUEST_PATH_MAX];
	char *answer;

	if (!dm_resource_takes_offer(request, response))
		return;
	if (!create_session(players, request, room, visitor, &listener, &answer, &refusal)) {
		dm_problem_refusal(response, &refusal);
		return;
	}
	g_snprintf(endpoint, sizeof(endpoint), "/whep/%s", room);
	dm_resources_add(players, listener, endpoint, answer, response);
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

static void handle_select(struct dm_resources *players, struct dm_listener *listener,
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

	granted = granted && dm_access_may(dm_resources_access(players), visitor, DM_ACTION_SELECT,
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

/* False with a problem when the request's token is not good for the room. What is asked of which
 * channel is judged by whoever knows it. */
static bool admit(struct dm_resources *players, const struct dm_request *request,
		  const struct dm_path *path, struct dm_visitor *visitor,
		  struct dm_response *response)
{
	const char *room = path->segments[1];
	struct dm_refusal refusal;
	bool granted;

	dm_access_recognise(dm_resources_access(players), dm_access_bearer(request->authorization),
			    visitor);
	if (request->method == DM_METHOD_DELETE)
		granted = dm_access_may_leave(dm_resources_access(players), visitor,
					      DM_ACTION_LISTEN, room, NULL, &refusal);
	else
		granted = dm_access_may(dm_resources_access(players), visitor, DM_ACTION_LISTEN,
					room, NULL, &refusal);
	if (!granted)
		dm_problem_refusal(response, &refusal);
	return granted;
}

static void handle_endpoint(struct dm_resources *players, const struct dm_request *request,
			    const struct dm_path *path, struct dm_response *response)
{
	struct dm_visitor visitor;

	switch (request->method) {
	case DM_METHOD_POST:
		if (admit(players, request, path, &visitor, response))
			handle_create(players, request, path->segments[1], &visitor, response);
		return;
	case DM_METHOD_OPTIONS:
		dm_resource_answer_options(response, DM_RESOURCE_ENDPOINT_METHODS,
					   DM_RESOURCE_OFFER);
		return;
	default:
		dm_problem_method(response, DM_RESOURCE_ENDPOINT_METHODS);
		return;
	}
}

/* NULL, with a problem, when there is no such session in that room. */
static struct dm_listener *find_session(struct dm_resources *players, const struct dm_path *path,
					struct dm_response *response)
{
	struct dm_listener *listener = dm_resources_find(players, path->segments[2]);
	const struct dm_subscriber *subscriber = listener ? dm_listener_subscriber(listener) : NULL;

	if (subscriber && !strcmp(dm_subscriber_room(subscriber)->options->id, path->segments[1]))
		return listener;
	dm_resource_refuse_gone(response);
	return NULL;
}

static void handle_session(struct dm_resources *players, const struct dm_request *request,
			   const struct dm_path *path, struct dm_response *response)
{
	const bool select = path->count == 4;
	struct dm_visitor visitor;
	struct dm_listener *listener;

	if (request->method == DM_METHOD_OPTIONS && select) {
		dm_resource_answer_options(response, DM_RESOURCE_ENDPOINT_METHODS,
					   "application/json");
		return;
	}
	if (request->method == DM_METHOD_OPTIONS) {
		dm_resource_answer_options(response, DM_RESOURCE_SESSION_METHODS,
					   DM_RESOURCE_FRAGMENT);
		return;
	}
	if (!admit(players, request, path, &visitor, response))
		return;
	listener = find_session(players, path, response);
	if (!listener)
		return;
	if (!select)
		dm_resources_handle(players, listener, request, response);
	else if (request->method == DM_METHOD_POST)
		handle_select(players, listener, request, &visitor, response);
	else
		dm_problem_method(response, DM_RESOURCE_ENDPOINT_METHODS);
}

void dm_whep_handle(struct dm_resources *players, const struct dm_request *request,
		    const struct dm_path *path, struct dm_response *response)
{
	dm_resource_add_cors(response);
	if (path->count == 2)
		handle_endpoint(players, request, path, response);
	else if (path->count == 3 || (path->count == 4 && !strcmp(path->segments[3], "select")))
		handle_session(players, request, path, response);
	else
		dm_problem(response, 404, "Players post their offer to /whep/ and a room's id.");
}
