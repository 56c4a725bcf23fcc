/* relay/control/archive.c: see archive.h */
#include "control/archive.h"

#include "control/problem.h"
#include "monitor/history_export.h"
#include "monitor/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As far as a history's times go here: the year 9999. */
#define SECONDS_MAX 253402300799.0

struct kind {
	const char *name; /* of the file: /api/history/NAME */
	const char *content_type;
	enum dm_history_format format;
	bool minutes; /* else events */
};

/* What is to be read, with copies of its own. */
struct job {
	const struct kind *kind; /* NULL: the report */
	char *history;
	char *room; /* nullable */
	char *event;
	dm_wall_usec from, until;
	int64_t limit;
};

static const struct kind kinds[] = {
	{ "events.csv", "text/csv; charset=utf-8", DM_HISTORY_CSV, false },
	{ "events.jsonl", "application/jsonl", DM_HISTORY_JSON_LINES, false },
	{ "minutes.csv", "text/csv; charset=utf-8", DM_HISTORY_CSV, true },
	{ "minutes.jsonl", "application/jsonl", DM_HISTORY_JSON_LINES, true },
};

static void free_job(void *data)
{
	struct job *job = data;

	g_free(job->history);
	g_free(job->room);
	g_free(job->event);
	g_free(job);
}

/* --- on another thread --- */

/* The time of the first row that a page has no room for. */
struct page_end {
	int64_t left; /* rows that fit still */
	dm_wall_usec at;
	bool found;
};

static bool note_time(struct page_end *end, dm_wall_usec at)
{
	end->found = end->left-- == 0;
	end->at = at;
	return !end->found;
}

static bool note_event(void *context, const struct dm_history_event *event)
{
	return note_time(context, event->at);
}

static bool note_minute(void *context, const struct dm_history_minute *minute)
{
	return note_time(context, minute->at);
}

static struct dm_history_filter filter_of(const struct job *job)
{
	return (struct dm_history_filter){
		.from = job->from,
		.until = job->until,
		.room = job->room,
		.limit = job->limit + 1,
	};
}

/* A page ends between two moments, so that the next one neither repeats nor leaves out a row; one
 * moment with more rows than a page is a page. */
static int64_t find_end(struct dm_history_reader *reader, const struct job *job,
			struct dm_history_filter *filter, bool *more)
{
	struct page_end end = { .left = job->limit };
	const int64_t rows = job->kind->minutes
				     ? dm_history_reader_minutes(reader, filter, note_minute, &end)
				     : dm_history_reader_events(reader, filter, note_event, &end);

	*more = rows > 0 && end.found;
	if (*more) {
		filter->until = MAX(end.at, job->from + 1);
		filter->limit = INT32_MAX;
	}
	return rows;
}

static int64_t export(struct dm_history_reader *reader, const struct job *job,
		      const struct dm_history_filter *filter, FILE *stream)
{
	return job->kind->minutes
		       ? dm_history_export_minutes(reader, filter, job->kind->format, stream)
		       : dm_history_export_events(reader, filter, job->kind->format, stream);
}

static void add_next(struct dm_response *response, const struct job *job, dm_wall_usec from)
{
	char link[320];

	g_snprintf(link, sizeof(link),
		   "</api/history/%s?from=%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT
		   "&until=%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT "&limit=%" G_GINT64_FORMAT
		   "%s%s>; rel=\"next\"",
		   job->kind->name, from / 1000000, from % 1000000, job->until / 1000000,
		   job->until % 1000000, job->limit, job->room ? "&room=" : "",
		   job->room ? job->room : "");
	dm_response_header(response, "Link", link);
}

static void fail(struct dm_response *response, int64_t error)
{
	if (error == -ENOENT)
		dm_problem(response, 404, "There is no history of this event yet.");
	else
		dm_problem(response, 503, "The history cannot be read just now; try again.");
}

static void write_page(struct dm_history_reader *reader, const struct job *job,
		       struct dm_response *response)
{
	struct dm_history_filter filter = filter_of(job);
	char disposition[64];
	size_t bytes = 0;
	char *text = NULL;
	FILE *stream;
	bool more;
	int64_t rows = find_end(reader, job, &filter, &more);

	if (rows < 0) {
		fail(response, rows);
		return;
	}
	stream = open_memstream(&text, &bytes);
	if (!stream) {
		fail(response, -ENOMEM);
		return;
	}
	rows = export(reader, job, &filter, stream);
	if (fclose(stream) && rows >= 0)
		rows = -EIO;
	if (rows < 0) {
		free(text);
		fail(response, rows);
		return;
	}
	g_snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s\"",
		   job->kind->name);
	dm_response_header(response, "Content-Disposition", disposition);
	dm_response_header(response, "Cache-Control", "no-store");
	if (more)
		add_next(response, job, filter.until);
	dm_response_set(response, 200, job->kind->content_type,
			g_bytes_new_with_free_func(text, bytes, free, text));
}

static void do_page(void *user, struct dm_response *response)
{
	const struct job *job = user;
	struct dm_history_reader *reader;
	const int error = dm_history_reader_open(&reader, job->history);

	if (error) {
		fail(response, error);
		return;
	}
	write_page(reader, job, response);
	dm_history_reader_close(reader);
}

static void do_report(void *user, struct dm_response *response)
{
	const struct job *job = user;
	const struct dm_report_filter filter = {
		.from = job->from, .until = job->until, .room = job->room, .event = job->event
	};
	struct dm_history_reader *reader;
	char *json = NULL;
	int error = dm_history_reader_open(&reader, job->history);

	if (!error) {
		error = dm_report_make(reader, &filter, &json);
		dm_history_reader_close(reader);
	}
	if (error) {
		fail(response, error);
		return;
	}
	dm_response_header(response, "Cache-Control", "no-store");
	dm_response_set(response, 200, "application/json",
			g_bytes_new_with_free_func(json, strlen(json), free, json));
}

/* --- what is asked --- */

/* False with a problem when it is no time in Unix seconds. */
static bool read_time(const struct dm_request *request, const char *name, dm_wall_usec *time,
		      struct dm_response *response)
{
	const char *text = dm_request_parameter(request, name);
	char sentence[64];
	double seconds;
	char *end;

	if (!text || !*text)
		return true;
	seconds = g_ascii_strtod(text, &end);
	if (*end || !(seconds >= 0 && seconds <= SECONDS_MAX)) {
		g_snprintf(sentence, sizeof(sentence), "'%s' is a time in Unix seconds.", name);
		dm_problem(response, 400, sentence);
		return false;
	}
	*time = (dm_wall_usec)llround(seconds * 1e6);
	return true;
}

static bool read_limit(const struct dm_request *request, int64_t *limit,
		       struct dm_response *response)
{
	const char *text = dm_request_parameter(request, "limit");

	if (!text || !*text)
		return true;
	if (strlen(text) > 6 || strspn(text, "0123456789") != strlen(text) ||
	    (*limit = atol(text)) < 1 || *limit > DM_ARCHIVE_ROWS_MAX) {
		dm_problem(response, 400, "'limit' is a number of rows from 1 to 10000.");
		return false;
	}
	return true;
}

/* Of a room for those who may see it; of everything for those who may see it whole. */
static bool admit(const struct dm_archive *archive, const struct dm_request *request,
		  const char *room, struct dm_response *response)
{
	struct dm_visitor visitor;
	struct dm_refusal refusal;
	bool granted;

	dm_access_of_request(archive->access, request, &visitor);
	granted = dm_access_may(archive->access, &visitor, DM_ACTION_SEE_ORGANISER, room, NULL,
				&refusal);
	if (granted && !room && !dm_access_is_open(archive->access) &&
	    visitor.token.grant.rooms.count)
		granted = dm_refuse(&refusal, DM_REFUSAL_FORBIDDEN, "token",
				    "This token is for some rooms: say which with room=.");
	if (granted && room && !dm_event_find_room(archive->event, room))
		granted = dm_refuse_unknown_room(&refusal, room);
	if (granted && (!archive->watch || !dm_watch_history_path(archive->watch)))
		granted = dm_refuse(&refusal, DM_REFUSAL_NO_HISTORY, NULL,
				    "This relay keeps no history; see 'history' in its "
				    "configuration.");
	if (!granted)
		dm_problem_refusal(response, &refusal);
	return granted;
}

static void start(const struct dm_archive *archive, const struct kind *kind, dm_errand_work *work,
		  const struct dm_request *request, struct dm_response *response)
{
	const char *room = dm_request_parameter(request, "room");
	struct job *job = g_new0(struct job, 1);

	room = room && *room ? room : NULL;
	job->kind = kind;
	/* A report tells "all" by these; a page's are in the address of the next one. */
	job->from = kind ? 0 : INT64_MIN;
	job->until = kind ? (dm_wall_usec)(SECONDS_MAX * 1e6) : INT64_MAX;
	job->limit = DM_ARCHIVE_ROWS_MAX;
	if (!admit(archive, request, room, response) ||
	    !read_time(request, "from", &job->from, response) ||
	    !read_time(request, "until", &job->until, response) ||
	    !read_limit(request, &job->limit, response)) {
		free_job(job);
		return;
	}
	job->history = g_strdup(dm_watch_history_path(archive->watch));
	job->room = g_strdup(room);
	job->event = g_strdup(dm_event_options(archive->event)->id);
	if (dm_errand_start(archive->errands, work, job, free_job, response))
		return;
	dm_response_header(response, "Retry-After", "5");
	dm_problem(response, 503, "Others are reading the history; try again in a few seconds.");
}

bool dm_archive_handle(const struct dm_archive *archive, const struct dm_request *request,
		       const struct dm_path *path, struct dm_response *response)
{
	if (path->directory || path->count < 2 || strcmp(path->segments[0], "api") != 0)
		return false;
	if (path->count == 2 && !strcmp(path->segments[1], "report")) {
		start(archive, NULL, do_report, request, response);
		return true;
	}
	if (path->count != 3 || strcmp(path->segments[1], "history") != 0)
		return false;
	for (size_t n = 0; n < G_N_ELEMENTS(kinds); n++) {
		if (strcmp(path->segments[2], kinds[n].name) != 0)
			continue;
		start(archive, &kinds[n], do_page, request, response);
		return true;
	}
	return false;
}
