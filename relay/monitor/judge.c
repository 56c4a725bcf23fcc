#include "monitor/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/cause.h"
#include "monitor/fault.h"

/* What explains one kind: dm_causes() by effect, so that a look does not search. */
struct reasons {
	const struct dm_cause *first; /* borrowed */
	size_t count;
};

struct judge_kind {
	struct dm_fault *faults; /* in judge->faults; NULL when there are none */
	size_t count;
	struct reasons reasons;
};

struct dm_judge {
	struct judge_kind kinds[DM_ALARM_COUNT];
	struct dm_limit limits[DM_ALARM_COUNT];
	struct dm_fault *faults; /* owned: of all kinds, in their order */
	size_t fault_count;
	uint64_t next_id;
	dm_usec looked_at; /* DM_USEC_NEVER before the first look */
	dm_judge_tell *tell;
	void *context; /* borrowed */
};

static size_t slots_of(const struct dm_judge_options *options, enum dm_alarm_at at)
{
	switch (at) {
	case DM_AT_PROCESS:
		return 1;
	case DM_AT_WORKER:
		return options->workers;
	case DM_AT_SOURCE:
		return options->sources;
	case DM_AT_CHANNEL:
		return options->channels;
	case DM_AT_BOOTH:
		return options->booths;
	case DM_AT_MICROPHONE:
		return options->microphones;
	case DM_AT_GROUP:
		return options->groups;
	case DM_AT_COUNT:
		break;
	}
	return 0;
}

static bool are_valid(const struct dm_judge_options *options)
{
	if (!options->tell || options->first_id == 0 || options->workers > DM_SAMPLED_WORKERS)
		return false;
	for (unsigned at = 0; at < DM_AT_COUNT; at++) {
		if (slots_of(options, (enum dm_alarm_at)at) > DM_SAMPLES_MAX)
			return false;
	}
	for (unsigned k = 0; options->limits && k < DM_ALARM_COUNT; k++) {
		if (!dm_limit_is_valid(&options->limits[k]))
			return false;
	}
	return true;
}

/* The causes of one effect stand together in their table. */
static struct reasons reasons_of(enum dm_alarm_kind kind)
{
	struct reasons reasons = { NULL, 0 };
	size_t count;
	const struct dm_cause *causes = dm_causes(&count);

	for (size_t i = 0; i < count; i++) {
		if (causes[i].effect != kind)
			continue;
		if (!reasons.first)
			reasons.first = &causes[i];
		reasons.count++;
	}
	return reasons;
}

static void lay_out(struct dm_judge *judge, const struct dm_judge_options *options)
{
	struct dm_fault *fault = judge->faults;

	for (unsigned k = 0; k < DM_ALARM_COUNT; k++) {
		struct judge_kind *kind = &judge->kinds[k];

		kind->count = slots_of(options, dm_alarm_kind_at((enum dm_alarm_kind)k));
		kind->faults = fault;
		kind->reasons = reasons_of((enum dm_alarm_kind)k);
		for (size_t slot = 0; slot < kind->count; slot++)
			dm_fault_init(fault++, (enum dm_alarm_kind)k, slot);
	}
}

int dm_judge_create(struct dm_judge **out, const struct dm_judge_options *options)
{
	struct dm_judge *judge;

	*out = NULL;
	if (!are_valid(options))
		return -EINVAL;
	judge = calloc(1, sizeof(*judge));
	if (!judge)
		return -ENOMEM;
	for (unsigned k = 0; k < DM_ALARM_COUNT; k++)
		judge->fault_count += slots_of(options, dm_alarm_kind_at((enum dm_alarm_kind)k));
	judge->faults = calloc(judge->fault_count, sizeof(*judge->faults));
	if (!judge->faults) {
		free(judge);
		return -ENOMEM;
	}
	memcpy(judge->limits, options->limits ? options->limits : dm_limits_default(),
	       sizeof(judge->limits));
	judge->next_id = options->first_id;
	judge->looked_at = DM_USEC_NEVER;
	judge->tell = options->tell;
	judge->context = options->context;
	lay_out(judge, options);
	*out = judge;
	return 0;
}

void dm_judge_destroy(struct dm_judge *judge)
{
	if (!judge)
		return;
	free(judge->faults);
	free(judge);
}

static enum dm_fault_cover cover_of(const struct dm_judge *judge, const struct dm_samples *samples,
				    const struct judge_kind *kind, size_t slot)
{
	uint16_t slots[DM_SAMPLED_WORKERS];
	enum dm_fault_cover cover = DM_FAULT_UNCOVERED;

	for (size_t i = 0; i < kind->reasons.count; i++) {
		const struct dm_cause *cause = &kind->reasons.first[i];
		const struct judge_kind *other = &judge->kinds[cause->cause];
		const size_t count = dm_cause_slots(cause->link, samples, slot, slots);

		for (size_t s = 0; s < count; s++) {
			const enum dm_fault_cover its = slots[s] < other->count
								? dm_fault_covers(
									  &other->faults[slots[s]])
								: DM_FAULT_UNCOVERED;

			cover = its > cover ? its : cover;
		}
	}
	return cover;
}

/* The room of a slot that was raised just now, so is in use. */
static uint16_t room_of(const struct dm_samples *samples, enum dm_alarm_at at, size_t slot)
{
	switch (at) {
	case DM_AT_SOURCE:
		return samples->sources[slot].room;
	case DM_AT_CHANNEL:
		return samples->channels[slot].room;
	case DM_AT_BOOTH:
		return samples->booths[slot].room;
	case DM_AT_MICROPHONE:
		return samples->microphones[slot].room;
	case DM_AT_GROUP:
		return samples->groups[slot].room;
	case DM_AT_PROCESS:
	case DM_AT_WORKER:
	case DM_AT_COUNT:
		break;
	}
	return DM_SAMPLE_NONE;
}

static void publish(struct dm_judge *judge, const struct dm_samples *samples,
		    struct dm_fault *fault, enum dm_fault_news news)
{
	struct dm_alarm *alarm = &fault->alarm;

	switch (news) {
	case DM_FAULT_SAME:
		return;
	case DM_FAULT_RAISED:
		alarm->id = judge->next_id++;
		alarm->room = room_of(samples, alarm->at, alarm->slot);
		alarm->other = alarm->kind == DM_ALARM_CHANNEL_TWIN
				       ? samples->channels[alarm->slot].twin
				       : DM_SAMPLE_NONE;
		judge->tell(judge->context, DM_JUDGE_RAISED, alarm);
		return;
	case DM_FAULT_GRAVER:
		judge->tell(judge->context, DM_JUDGE_CHANGED, alarm);
		return;
	case DM_FAULT_CLEARED:
	case DM_FAULT_EXPLAINED:
		judge->tell(judge->context, DM_JUDGE_CLEARED, alarm);
		return;
	}
}

static void look(struct dm_judge *judge, const struct dm_samples *samples, enum dm_alarm_kind k,
		 dm_usec step, dm_usec now)
{
	const struct judge_kind *kind = &judge->kinds[k];

	for (size_t slot = 0; slot < kind->count; slot++) {
		struct dm_fault *fault = &kind->faults[slot];
		const struct dm_finding finding = dm_finding_make(k, samples, slot, judge->limits,
								  dm_fault_is_bad(fault));
		enum dm_fault_cover cover = DM_FAULT_UNCOVERED;

		/* Nothing is explained where there is nothing to explain: nearly always. */
		if (fault->state == DM_FAULT_NONE && finding.verdict != DM_FINDING_BAD &&
		    fault->quiet >= DM_FAULT_FLAP)
			continue;
		cover = cover_of(judge, samples, kind, slot);
		publish(judge, samples, fault,
			dm_fault_run(fault, &finding, cover, &judge->limits[k], step, now));
	}
}

static bool fit(const struct dm_judge *judge, const struct dm_samples *samples)
{
	return samples->worker_count <= judge->kinds[DM_ALARM_WORKER_STALLED].count &&
	       samples->source_count <= judge->kinds[DM_ALARM_SOURCE_LOST].count &&
	       samples->channel_count <= judge->kinds[DM_ALARM_CHANNEL_WRONG].count &&
	       samples->booth_count <= judge->kinds[DM_ALARM_BOOTH_UNMANNED].count &&
	       samples->microphone_count <= judge->kinds[DM_ALARM_MICROPHONE_DEAD].count &&
	       samples->group_count <= judge->kinds[DM_ALARM_GROUP_LOSS].count;
}

int dm_judge_run(struct dm_judge *judge, const struct dm_samples *samples, dm_usec now)
{
	dm_usec step = 0;

	if (!fit(judge, samples))
		return -EINVAL;
	if (judge->looked_at != DM_USEC_NEVER) {
		now = now < judge->looked_at ? judge->looked_at : now;
		step = now - judge->looked_at;
		step = step > DM_JUDGE_STEP ? DM_JUDGE_STEP : step;
	}
	judge->looked_at = now;
	for (unsigned k = 0; k < DM_ALARM_COUNT; k++)
		look(judge, samples, (enum dm_alarm_kind)k, step, now);
	return 0;
}

/* UTF-8 (RFC 3629, 3): a byte 10xxxxxx is never the first of a character. */
static void keep_name(char *to, const char *from)
{
	size_t length = strnlen(from, DM_ALARM_NAME_BYTES);

	if (length == DM_ALARM_NAME_BYTES) {
		length--;
		while (length > 0 && ((unsigned char)from[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(to, from, length);
	to[length] = '\0';
}

int dm_judge_acknowledge(struct dm_judge *judge, uint64_t id, const char *by, dm_usec now)
{
	for (size_t i = 0; i < judge->fault_count; i++) {
		struct dm_fault *fault = &judge->faults[i];

		if (fault->state != DM_FAULT_STANDING || fault->alarm.id != id)
			continue;
		if (fault->alarm.acknowledged_at != DM_USEC_NEVER)
			return -EALREADY;
		fault->alarm.acknowledged_at = now;
		keep_name(fault->alarm.acknowledged_by, by);
		judge->tell(judge->context, DM_JUDGE_CHANGED, &fault->alarm);
		return 0;
	}
	return -ENOENT;
}

const struct dm_alarm *dm_judge_next(const struct dm_judge *judge, size_t *cursor)
{
	while (*cursor < judge->fault_count) {
		const struct dm_fault *fault = &judge->faults[(*cursor)++];

		if (fault->state == DM_FAULT_STANDING)
			return &fault->alarm;
	}
	return NULL;
}
