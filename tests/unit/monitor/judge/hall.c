#include "hall.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

static void take_note(void *context, enum dm_judge_news news, const struct dm_alarm *alarm)
{
	struct hall *hall = context;

	assert_true(hall->told_count < sizeof(hall->told) / sizeof(hall->told[0]));
	hall->told[hall->told_count++] = (struct told){ news, *alarm };
}

void hall_on_air(struct hall *hall, size_t booth, size_t who)
{
	struct dm_channel_sample *channel = &hall->channels[CHANNEL(booth / 3, booth % 3 + 1)];

	hall->booths[booth].on_air = 1;
	hall->microphones[booth * 2 + who].on_air = true;
	hall->microphones[booth * 2 + (1 - who)].on_air = false;
	channel->live = true;
	channel->carries = DM_CARRIED_VOICE;
	channel->why = DM_CARRIED_WHY_ON_AIR;
	channel->booth = (uint16_t)booth;
	channel->microphone = (uint16_t)(booth * 2 + who);
	channel->level_lufs = -23;
	channel->floor_likeness = 0.1;
	channel->together = 0;
}

void hall_off_air(struct hall *hall, size_t booth)
{
	struct dm_channel_sample *channel = &hall->channels[CHANNEL(booth / 3, booth % 3 + 1)];

	hall->booths[booth].on_air = 0;
	hall->microphones[booth * 2].on_air = false;
	hall->microphones[booth * 2 + 1].on_air = false;
	channel->live = false;
	channel->carries = DM_CARRIED_FLOOR;
	channel->why = DM_CARRIED_WHY_BOOTH_OFF;
	channel->booth = DM_SAMPLE_NONE;
	channel->microphone = DM_SAMPLE_NONE;
	channel->level_lufs = hall->channels[CHANNEL(booth / 3, 0)].level_lufs;
	channel->floor_likeness = 1;
}

static void heal_room(struct hall *hall, uint16_t room)
{
	hall->sources[room] = (struct dm_source_sample){
		.used = true,
		.expected = true,
		.connected = true,
		.has_picture = true,
		.has_sound = true,
		.room = room,
		.frame_rate = 25,
		.offset_ms = -20,
	};
	for (uint16_t i = 0; i < 4; i++)
		hall->channels[CHANNEL(room, i)] = (struct dm_channel_sample){
			.used = true,
			.floor = i == 0,
			.live = true,
			.room = room,
			.source = room,
			.booth = DM_SAMPLE_NONE,
			.microphone = DM_SAMPLE_NONE,
			.twin = (uint16_t)CHANNEL(room, i ^ 1),
			.carries = DM_CARRIED_FLOOR,
			.why = DM_CARRIED_WHY_FLOOR,
			.level_lufs = -23,
			.peak_db = -3,
			.clipping = 0,
			.floor_likeness = 1,
			.twin_likeness = 0.2,
		};
	for (size_t i = 0; i < 3; i++) {
		hall->booths[BOOTH(room, i)] = (struct dm_booth_sample){
			.used = true,
			.manned = true,
			.session = true,
			.max = 1,
			.room = room,
		};
		for (size_t who = 0; who < 2; who++)
			hall->microphones[MICROPHONE(room, i, who)] = (struct dm_microphone_sample){
				.used = true,
				.alive = true,
				.fitness = DM_FITNESS_GOOD,
				.room = room,
				.booth = (uint16_t)BOOTH(room, i),
				.worker = (uint16_t)who,
				.loss = 0.001,
				.concealed = 0,
			};
		hall_on_air(hall, BOOTH(room, i), 0);
	}
}

void hall_heal(struct hall *hall)
{
	for (uint16_t room = 0; room < ROOMS; room++)
		heal_room(hall, room);
	for (size_t i = 0; i < GROUPS; i++)
		hall->groups[i] = (struct dm_group_sample){
			.used = true,
			.room = (uint16_t)(i % ROOMS),
			.listeners = 50,
			.workers = 1u << (i / 3),
			.loss = 0.005,
		};
	for (size_t i = 0; i < WORKERS; i++)
		hall->workers[i] = (struct dm_worker_sample){ true, 0, 3 };
	hall->samples = (struct dm_samples){
		.sources = hall->sources,
		.source_count = ROOMS,
		.channels = hall->channels,
		.channel_count = CHANNELS,
		.booths = hall->booths,
		.booth_count = BOOTHS,
		.microphones = hall->microphones,
		.microphone_count = MICROPHONES,
		.groups = hall->groups,
		.group_count = GROUPS,
		.workers = hall->workers,
		.worker_count = WORKERS,
		.process = { 0.6, 60, 0.3 },
	};
}

struct hall *hall_open(const struct dm_limit *limits)
{
	static struct hall hall;
	const struct dm_judge_options options = {
		.sources = ROOMS,
		.channels = CHANNELS,
		.booths = BOOTHS,
		.microphones = MICROPHONES,
		.groups = GROUPS,
		.workers = WORKERS,
		.limits = limits,
		.first_id = 1,
		.tell = take_note,
		.context = &hall,
	};

	memset(&hall, 0, sizeof(hall));
	hall.now = DM_SEC(1000);
	hall_heal(&hall);
	assert_int_equal(dm_judge_create(&hall.judge, &options), 0);
	return &hall;
}

void hall_close(struct hall *hall)
{
	dm_judge_destroy(hall->judge);
	hall->judge = NULL;
}

void hall_run(struct hall *hall, dm_usec time)
{
	for (dm_usec end = hall->now + time; hall->now < end; hall->now += TURN)
		assert_int_equal(dm_judge_run(hall->judge, &hall->samples, hall->now), 0);
}

size_t hall_count(const struct hall *hall, enum dm_judge_news news)
{
	size_t count = 0;

	for (size_t i = 0; i < hall->told_count; i++)
		count += hall->told[i].news == news;
	return count;
}

size_t hall_standing(const struct hall *hall)
{
	size_t cursor = 0;
	size_t count = 0;

	while (dm_judge_next(hall->judge, &cursor))
		count++;
	return count;
}

const struct dm_alarm *hall_find(const struct hall *hall, enum dm_alarm_kind kind, size_t slot)
{
	const struct dm_alarm *alarm;
	size_t cursor = 0;

	while ((alarm = dm_judge_next(hall->judge, &cursor))) {
		if (alarm->kind == kind && alarm->slot == slot)
			return alarm;
	}
	return NULL;
}

void hall_print(const struct hall *hall)
{
	static const char *const news[] = { "raised", "changed", "cleared" };

	for (size_t i = 0; i < hall->told_count; i++) {
		const struct dm_alarm *alarm = &hall->told[i].alarm;

		print_message("%s %s %s %u since=%.1f\n", news[hall->told[i].news],
			      dm_alarm_kind_name(alarm->kind), dm_alarm_at_name(alarm->at),
			      alarm->slot, (double)alarm->since / 1e6);
	}
}
