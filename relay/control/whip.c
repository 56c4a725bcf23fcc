/* relay/control/whip.c: see whip.h */
#include "control/whip.h"

#include "control/contribution.h"
#include "control/problem.h"

#include <string.h>
#include <strings.h>

/* What a path leads to. */
struct place {
	const char *room;
	const char *lang;    /* "floor": the floor */
	const char *session; /* an id; NULL: the endpoint itself */
	enum dm_action action;
};

static const char *id_of(const void *contribution)
{
	return dm_contribution_id(contribution);
}

static const char *token_id_of(const void *contribution)
{
	return dm_contribution_token_id(contribution);
}

static int64_t token_end_of(const void *contribution)
{
	return dm_contribution_token_end(contribution);
}

static const char *tag_of(const void *contribution)
{
	return dm_contribution_ufrag(contribution);
}

static enum dm_fragment_result take_fragment(void *contribution, const char *fragment, size_t bytes,
					     char **answer, struct dm_refusal *refusal)
{
	return dm_contribution_fragment(contribution, fragment, bytes, answer, refusal);
}

static void destroy(void *contribution)
{
	dm_contribution_destroy(contribution);
}

const struct dm_resource_kind dm_whip_kind = {
	.gauge = "dragoman_whip_sessions",
	.help = "WHIP sessions that exist.",
	.id = id_of,
	.token_id = token_id_of,
	.token_end = token_end_of,
	.tag = tag_of,
	.fragment = take_fragment,
	.destroy = destroy,
};

static void on_gone(void *user, struct dm_contribution *contribution)
{
	struct dm_resources *publishers = user;

	dm_resources_remove(publishers, dm_contribution_id(contribution));
}

/* /whip/{room}/floor and /whip/{room}/channels/{lang}, with or without a session. The floor is no
 * channel: who may send the one may not send the other. */
static bool find_place(const struct dm_path *path, struct place *place)
{
	const bool floor = path->count >= 3 && !strcmp(path->segments[2], "floor");
	const size_t least = floor ? 3 : 4;

	if (path->directory || path->count < least || path->count > least + 1)
		return false;
	if (!floor &&
	    (strcmp(path->segments[2], "channels") != 0 || !strcasecmp(path->segments[3], "floor")))
		return false;
	*place = (struct place){
		.room = path->segments[1],
		.lang = path->segments[least - 1],
		.session = path->count > least ? path->segments[least] : NULL,
		.action = floor ? DM_ACTION_PUBLISH_FLOOR : DM_ACTION_PUBLISH_CHANNEL,
	};
	return true;
}

/* False with a problem when the request's token is not good for the place. */
static bool admit(struct dm_resources *publishers, const struct dm_request *request,
		  const struct place *place, struct dm_visitor *visitor,
		  struct dm_response *response)
{
	struct dm_refusal refusal;
	bool granted;

	dm_access_recognise(dm_resources_access(publishers),
			    dm_access_bearer(request->authorization), visitor);
	if (request->method == DM_METHOD_DELETE)
		granted = dm_access_may_leave(dm_resources_access(publishers), visitor,
					      place->action, place->room, place->lang, &refusal);
	else
		granted = dm_access_may(dm_resources_access(publishers), visitor, place->action,
					place->room, place->lang, &refusal);
	if (!granted)
		dm_problem_refusal(response, &refusal);
	return granted;
}

static void handle_create(struct dm_resources *publishers, const struct dm_request *request,
			  const struct place *place, const struct dm_visitor *visitor,
			  struct dm_response *response)
{
	const struct dm_contribution_options options = {
		.event = dm_resources_event(publishers),
		.room = place->room,
		.lang = place->lang,
		.name = visitor->token.name[0] ? visitor->token.name : "WHIP",
		/* Without tokens, machines are by far the most who come this way. */
		.machine = dm_access_is_open(dm_resources_access(publishers)) ||
			   visitor->token.grant.role == DM_ROLE_FEED,
		.offer = request->body,
		.offer_bytes = request->body_bytes,
		.token_id = visitor->token.id,
		.token_end = visitor->token.expires_at,
		.on_gone = on_gone,
		.user = publishers,
	};
	struct dm_contribution *contribution;
	struct dm_refusal refusal;
	char *answer;

	if (!dm_resource_takes_offer(request, response))
		return;
	if (dm_contribution_create(&contribution, &options, &answer, &refusal))
		dm_resources_add(publishers, contribution, request->path, answer, response);
	else
		dm_problem_refusal(response, &refusal);
}

static void handle_endpoint(struct dm_resources *publishers, const struct dm_request *request,
			    const struct place *place, struct dm_response *response)
{
	struct dm_visitor visitor;

	switch (request->method) {
	case DM_METHOD_POST:
		if (admit(publishers, request, place, &visitor, response))
			handle_create(publishers, request, place, &visitor, response);
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

/* NULL when there is no such session in that place. */
static struct dm_contribution *find_session(struct dm_resources *publishers,
					    const struct place *place)
{
	struct dm_contribution *contribution = dm_resources_find(publishers, place->session);
	const struct dm_publisher *publisher;

	publisher = contribution ? dm_contribution_publisher(contribution) : NULL;
	if (!publisher || strcmp(dm_publisher_room(publisher)->options->id, place->room) != 0 ||
	    strcasecmp(dm_publisher_channel(publisher)->lang, place->lang) != 0)
		return NULL;
	return contribution;
}

static void handle_session(struct dm_resources *publishers, const struct dm_request *request,
			   const struct place *place, struct dm_response *response)
{
	struct dm_visitor visitor;
	struct dm_contribution *contribution;

	if (request->method == DM_METHOD_OPTIONS) {
		dm_resource_answer_options(response, DM_RESOURCE_SESSION_METHODS,
					   DM_RESOURCE_FRAGMENT);
		return;
	}
	if (!admit(publishers, request, place, &visitor, response))
		return;
	contribution = find_session(publishers, place);
	if (contribution)
		dm_resources_handle(publishers, contribution, request, response);
	else
		dm_resource_refuse_gone(response);
}

void dm_whip_handle(struct dm_resources *publishers, const struct dm_request *request,
		    const struct dm_path *path, struct dm_response *response)
{
	struct place place;

	dm_resource_add_cors(response);
	if (!find_place(path, &place))
		dm_problem(
			response, 404,
			"Publishers post their offer to /whip/{room}/floor or /whip/{room}/channels/{language}.");
	else if (place.session)
		handle_session(publishers, request, &place, response);
	else
		handle_endpoint(publishers, request, &place, response);
}
