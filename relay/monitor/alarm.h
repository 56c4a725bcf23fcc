/* relay/monitor/alarm.h
 *
 * An alarm: what is wrong, where, since when, what it means and what to do about it.
 *
 * Pure, plain data. Thread: any.
 */
#ifndef DM_MONITOR_ALARM_H
#define DM_MONITOR_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

/* Causes come before what they explain: the judge goes in this order. */
enum dm_alarm_kind {
	DM_ALARM_DISK_FULL,
	DM_ALARM_CERTIFICATE_ENDS,
	DM_ALARM_TOKEN_ENDS,
	DM_ALARM_WORKER_STALLED,
	DM_ALARM_WORKER_DROPS,
	DM_ALARM_SOURCE_LOST,
	DM_ALARM_SOURCE_BLACK,
	DM_ALARM_SOURCE_FROZEN,
	DM_ALARM_SOURCE_SILENT,
	DM_ALARM_SOUND_EARLY,
	DM_ALARM_SOUND_LATE,
	DM_ALARM_BOOTH_UNMANNED,
	DM_ALARM_BOOTH_CROWDED,
	DM_ALARM_MICROPHONE_DEAD,
	DM_ALARM_MICROPHONE_LOSS,
	DM_ALARM_MICROPHONE_UNFIT,
	DM_ALARM_CHANNEL_WRONG,
	DM_ALARM_CHANNEL_VOICES,
	DM_ALARM_CHANNEL_SILENT,
	DM_ALARM_CHANNEL_MUTED,
	DM_ALARM_CHANNEL_LEAK,
	DM_ALARM_CHANNEL_LOOP,
	DM_ALARM_CHANNEL_TWIN,
	DM_ALARM_CHANNEL_CLIPS,
	DM_ALARM_UPLINK_LOSS,
	DM_ALARM_GROUP_LOSS,
	DM_ALARM_COUNT,
};

/* It only rises while an alarm stands. */
enum dm_severity {
	DM_SEVERITY_WARNING,  /* see to it soon */
	DM_SEVERITY_CRITICAL, /* somebody is not served now, or is about not to be */
	DM_SEVERITY_COUNT,
};

/* What sort of thing an alarm is about: which array of the samples. */
enum dm_alarm_at {
	DM_AT_PROCESS,
	DM_AT_WORKER,
	DM_AT_SOURCE,
	DM_AT_CHANNEL,
	DM_AT_BOOTH,
	DM_AT_MICROPHONE,
	DM_AT_GROUP,
	DM_AT_COUNT,
};

#define DM_ALARM_NAME_BYTES 64 /* of whoever acknowledged, with its 0; choice */

struct dm_alarm {
	uint64_t id; /* never used again; 0: none */
	enum dm_alarm_kind kind;
	enum dm_severity severity;
	enum dm_alarm_at at;
	uint16_t slot;           /* in the samples' array */
	uint16_t room;           /* DM_SAMPLE_NONE: the whole relay */
	uint16_t other;          /* CHANNEL_TWIN: the other channel; else DM_SAMPLE_NONE */
	unsigned times;          /* how often lately, this one counted: above 1 it comes and goes */
	double value;            /* what was measured when it was raised or last changed, or NAN */
	dm_usec since;           /* the fault began */
	dm_usec raised_at;       /* it was told */
	dm_usec acknowledged_at; /* DM_USEC_NEVER: nobody has */
	dm_usec cleared_at;      /* DM_USEC_NEVER: it stands */
	bool explained;          /* it was cleared because its cause stands now */
	char acknowledged_by[DM_ALARM_NAME_BYTES];
};

/* "source-lost", …: for programs, translations and counters. */
const char *dm_alarm_kind_name(enum dm_alarm_kind kind);
/* "warning", "critical". */
const char *dm_severity_name(enum dm_severity severity);
/* "process", "worker", "source", "channel", "booth", "microphone", "group". */
const char *dm_alarm_at_name(enum dm_alarm_at at);

enum dm_alarm_at dm_alarm_kind_at(enum dm_alarm_kind kind);
/* As which it is raised. */
enum dm_severity dm_alarm_kind_severity(enum dm_alarm_kind kind);
/* One sentence each: what people meet with, and what to do first. */
const char *dm_alarm_meaning(enum dm_alarm_kind kind);
const char *dm_alarm_advice(enum dm_alarm_kind kind);

#endif
