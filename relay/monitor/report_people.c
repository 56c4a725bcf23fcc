#include "monitor/report_people.h"

#include <glib.h>
#include <string.h>

/* What interpreters and organisers do; all else happens by itself, or is told elsewhere. */
static const char *const actions[] = {
	"handover",
	"took-over",
	"slow-down",
	"call",
	"override",
	"on-air-max-set",
	"line-up",
	"booth-restart",
	"source",
	"sitting",
	"acknowledge",
	"notice",
	"chat",
	"mint",
	"call-take",
	"call-done",
	"floor-language-set",
};

/* Somebody in a booth. */
struct person {
	char who[DM_HISTORY_WHO_SIZE];
	char room[DM_HISTORY_NAME_SIZE];
	char booth[DM_HISTORY_NAME_SIZE];
	bool seated;
	bool on_air; /* with the cough key, too */
	dm_wall_usec seated_at;
	dm_wall_usec on_air_at;
	dm_wall_usec seated_for;
	dm_wall_usec on_air_for;
	int64_t turns;
};

struct dm_report_people {
	GPtrArray *all; /* owned; struct person */
	int64_t counts[G_N_ELEMENTS(actions)];
};

struct dm_report_people *dm_report_people_create(void)
{
	struct dm_report_people *people = g_new0(struct dm_report_people, 1);

	people->all = g_ptr_array_new_with_free_func(g_free);
	return people;
}

void dm_report_people_destroy(struct dm_report_people *people)
{
	if (!people)
		return;
	g_ptr_array_free(people->all, TRUE);
	g_free(people);
}

/* --- adding --- */

/* Tens of people in a booth's life: a list is enough. */
static struct person *find(struct dm_report_people *people, const struct dm_history_event *event)
{
	for (guint n = 0; n < people->all->len; n++) {
		struct person *person = people->all->pdata[n];

		if (strcmp(person->who, event->who) == 0 &&
		    strcmp(person->room, event->room) == 0 &&
		    strcmp(person->booth, event->channel) == 0)
			return person;
	}

	struct person *person = g_new0(struct person, 1);

	g_strlcpy(person->who, event->who, sizeof(person->who));
	g_strlcpy(person->room, event->room, sizeof(person->room));
	g_strlcpy(person->booth, event->channel, sizeof(person->booth));
	g_ptr_array_add(people->all, person);
	return person;
}

/* A clock that was set back costs the interval, not the report. */
static dm_wall_usec between(dm_wall_usec from, dm_wall_usec until)
{
	return until > from ? until - from : 0;
}

static void sit(struct person *person, bool seated, dm_wall_usec at)
{
	if (person->seated && !seated)
		person->seated_for += between(person->seated_at, at);
	if (!person->seated && seated)
		person->seated_at = at;
	person->seated = seated;
}

static void go_on_air(struct person *person, bool on_air, dm_wall_usec at)
{
	if (person->on_air && !on_air)
		person->on_air_for += between(person->on_air_at, at);
	if (!person->on_air && on_air) {
		person->on_air_at = at;
		person->turns++;
	}
	person->on_air = on_air;
}

static void add_microphone(struct person *person, const struct dm_history_event *event)
{
	json_t *detail = json_loads(event->detail, 0, NULL);
	const char *state = json_string_value(json_object_get(detail, "state"));

	if (state)
		go_on_air(person, strcmp(state, "on-air") == 0 || strcmp(state, "muted") == 0,
			  event->at);
	json_decref(detail);
}

static void add_seat(struct dm_report_people *people, const struct dm_history_event *event)
{
	if (strcmp(event->kind, "seated") == 0) {
		sit(find(people, event), true, event->at);
	} else if (strcmp(event->kind, "left") == 0) {
		struct person *person = find(people, event);

		go_on_air(person, false, event->at);
		sit(person, false, event->at);
	} else if (strcmp(event->kind, "microphone") == 0) {
		add_microphone(find(people, event), event);
	}
}

void dm_report_people_add(struct dm_report_people *people, const struct dm_history_event *event)
{
	for (size_t n = 0; n < G_N_ELEMENTS(actions); n++)
		people->counts[n] += strcmp(event->kind, actions[n]) == 0;
	if (event->who[0])
		add_seat(people, event);
}

void dm_report_people_leave(struct dm_report_people *people, dm_wall_usec at)
{
	for (guint n = 0; n < people->all->len; n++) {
		go_on_air(people->all->pdata[n], false, at);
		sit(people->all->pdata[n], false, at);
	}
}

/* --- telling --- */

static int compare(const void *a, const void *b)
{
	const struct person *one = *(struct person *const *)a;
	const struct person *other = *(struct person *const *)b;
	int order = strcmp(one->room, other->room);

	if (order == 0)
		order = strcmp(one->booth, other->booth);
	return order ? order : strcmp(one->who, other->who);
}

static json_t *seconds(dm_wall_usec span)
{
	const int64_t ms = span / 1000;

	return json_real((double)ms / 1000);
}

json_t *dm_report_people_interpreters(const struct dm_report_people *people)
{
	json_t *all = json_array();

	g_ptr_array_sort(people->all, compare);
	for (guint n = 0; n < people->all->len; n++) {
		const struct person *person = people->all->pdata[n];

		json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:o, s:o, s:I}", "who",
						     person->who, "room", person->room, "booth",
						     person->booth, "on_air_seconds",
						     seconds(person->on_air_for), "seated_seconds",
						     seconds(person->seated_for), "turns",
						     (json_int_t)person->turns));
	}
	return all;
}

json_t *dm_report_people_actions(const struct dm_report_people *people)
{
	int64_t counts[G_N_ELEMENTS(actions)];
	json_t *all = json_array();

	memcpy(counts, people->counts, sizeof(counts));
	for (;;) {
		size_t most = 0;

		for (size_t n = 1; n < G_N_ELEMENTS(actions); n++) {
			if (counts[n] > counts[most])
				most = n;
		}
		if (counts[most] == 0)
			return all;
		json_array_append_new(all, json_pack("{s:s, s:I}", "kind", actions[most], "count",
						     (json_int_t)counts[most]));
		counts[most] = 0;
	}
}
