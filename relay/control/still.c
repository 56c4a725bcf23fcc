/* relay/control/still.c: see still.h */
#include "control/still.h"

#include "control/problem.h"

#include <inttypes.h>
#include <string.h>

/* The picture that is asked for; NULL with a problem. */
static const struct dm_picture *find_picture(struct dm_event *event, struct dm_access *access,
					     const struct dm_request *request, const char *id,
					     struct dm_response *response)
{
	const char *which = dm_request_parameter(request, "picture");
	const bool sign = which && !strcmp(which, "sign");
	const struct dm_room *room;
	const struct dm_picture *picture;
	struct dm_visitor visitor;
	struct dm_refusal refusal;
	bool found;

	dm_access_of_request(access, request, &visitor);
	if (!dm_access_may(access, &visitor, DM_ACTION_SEE_ORGANISER, id, NULL, &refusal)) {
		dm_problem_refusal(response, &refusal);
		return NULL;
	}
	room = dm_event_find_room(event, id);
	if (!room) {
		dm_refuse_unknown_room(&refusal, id);
		dm_problem_refusal(response, &refusal);
		return NULL;
	}
	picture = sign ? &room->sign : &room->picture;
	found = picture->still && (!which || !*which || sign || !strcmp(which, "picture"));
	if (!found) {
		dm_refuse(&refusal, DM_REFUSAL_NO_STILL, NULL,
			  "There is no still of that picture (yet).");
		dm_problem_refusal(response, &refusal);
	}
	return found ? picture : NULL;
}

bool dm_still_handle(struct dm_event *event, struct dm_access *access,
		     const struct dm_request *request, const struct dm_path *path,
		     struct dm_response *response)
{
	const struct dm_picture *picture;
	char etag[48];

	if (path->directory || path->count != 4 || strcmp(path->segments[0], "api") != 0 ||
	    strcmp(path->segments[1], "rooms") != 0 || strcmp(path->segments[3], "still") != 0)
		return false;
	picture = find_picture(event, access, request, path->segments[2], response);
	if (!picture)
		return true;
	g_snprintf(etag, sizeof(etag), "\"%" PRIx64 "-%x\"", (uint64_t)picture->still_at,
		   g_bytes_hash(picture->still));
	dm_response_header(response, "Cache-Control", "no-store");
	dm_response_header(response, "ETag", etag);
	if (dm_etag_listed(request->if_none_match, etag, true))
		dm_response_set(response, 304, NULL, NULL);
	else
		dm_response_set(response, 200, "image/jpeg", g_bytes_ref(picture->still));
	return true;
}
