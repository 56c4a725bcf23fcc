#include "monitor/alarm.h"

struct kind {
	const char *name;
	enum dm_alarm_at at;
	enum dm_severity severity;
	const char *meaning;
	const char *advice;
};

static const struct kind kinds[DM_ALARM_COUNT] = {
	[DM_ALARM_DISK_FULL] = {
		"disk-full", DM_AT_PROCESS, DM_SEVERITY_WARNING,
		"The disk is almost full: the history will stop, sound and picture will not.",
		"Free space in the data directory, or shorten the retention.",
	},
	[DM_ALARM_CERTIFICATE_ENDS] = {
		"certificate-ends", DM_AT_PROCESS, DM_SEVERITY_WARNING,
		"The certificate is about to expire: browsers will then refuse the pages.",
		"Renew the certificate and reload the configuration.",
	},
	[DM_ALARM_TOKEN_ENDS] = {
		"token-ends", DM_AT_PROCESS, DM_SEVERITY_WARNING,
		"A token in use is about to expire: whoever has it cannot come back after that.",
		"Mint a new link and give it to them now.",
	},
	[DM_ALARM_WORKER_STALLED] = {
		"worker-stalled", DM_AT_WORKER, DM_SEVERITY_CRITICAL,
		"A media thread hardly turns: everybody whom it serves hears gaps.",
		"Look for another program that takes the processor; if it lasts, restart the relay.",
	},
	[DM_ALARM_WORKER_DROPS] = {
		"worker-drops", DM_AT_WORKER, DM_SEVERITY_CRITICAL,
		"The relay drops packets before they leave: its listeners hear gaps.",
		"Compare the processor and the network card with their limits; lower the picture.",
	},
	[DM_ALARM_SOURCE_LOST] = {
		"source-lost", DM_AT_SOURCE, DM_SEVERITY_CRITICAL,
		"Nothing comes from the room: neither listeners nor interpreters hear the floor.",
		"Check the encoder and its network, or switch to the spare source.",
	},
	[DM_ALARM_SOURCE_BLACK] = {
		"source-black", DM_AT_SOURCE, DM_SEVERITY_WARNING,
		"The picture is black: interpreters do not see the speaker.",
		"Ask the room for the camera's or the mixer's output.",
	},
	[DM_ALARM_SOURCE_FROZEN] = {
		"source-frozen", DM_AT_SOURCE, DM_SEVERITY_CRITICAL,
		"The picture stands still: interpreters and signers work blind.",
		"Restart the encoder, or switch to the spare source.",
	},
	[DM_ALARM_SOURCE_SILENT] = {
		"source-silent", DM_AT_SOURCE, DM_SEVERITY_WARNING,
		"The source is there, and for a long time nobody has been heard in it.",
		"If the session has begun, check the room's sound desk and the encoder's input.",
	},
	[DM_ALARM_SOUND_EARLY] = {
		"sound-early", DM_AT_SOURCE, DM_SEVERITY_WARNING,
		"The speaker is heard before the lips move.",
		"Delay the sound at the encoder by the measured offset.",
	},
	[DM_ALARM_SOUND_LATE] = {
		"sound-late", DM_AT_SOURCE, DM_SEVERITY_WARNING,
		"The speaker is heard after the lips have moved.",
		"Delay the picture at the encoder by the measured offset.",
	},
	[DM_ALARM_BOOTH_UNMANNED] = {
		"booth-unmanned", DM_AT_BOOTH, DM_SEVERITY_CRITICAL,
		"The session runs and nobody sits in this booth.",
		"Call its interpreters; their links may have failed.",
	},
	[DM_ALARM_BOOTH_CROWDED] = {
		"booth-crowded", DM_AT_BOOTH, DM_SEVERITY_WARNING,
		"More microphones of this booth are on air than are allowed: listeners hear two people.",
		"Mute one of them, or allow more microphones in this booth.",
	},
	[DM_ALARM_MICROPHONE_DEAD] = {
		"microphone-dead", DM_AT_MICROPHONE, DM_SEVERITY_CRITICAL,
		"This microphone is on air and nothing comes from it.",
		"Put the partner on air, then see to the connection.",
	},
	[DM_ALARM_MICROPHONE_LOSS] = {
		"microphone-loss", DM_AT_MICROPHONE, DM_SEVERITY_WARNING,
		"Much of this microphone's sound is lost on its way: words are missing.",
		"Ask for a network cable instead of Wi-Fi, or put the partner on air.",
	},
	[DM_ALARM_MICROPHONE_UNFIT] = {
		"microphone-unfit", DM_AT_MICROPHONE, DM_SEVERITY_WARNING,
		"The sound of this microphone is not fit for interpretation.",
		"Read the meter's reason to the person: mostly a headset or a setting must change.",
	},
	[DM_ALARM_CHANNEL_WRONG] = {
		"channel-wrong", DM_AT_CHANNEL, DM_SEVERITY_CRITICAL,
		"The channel does not carry what the state of its booth says.",
		"Restart the booth; until then tell listeners to take another channel.",
	},
	[DM_ALARM_CHANNEL_VOICES] = {
		"channel-voices", DM_AT_CHANNEL, DM_SEVERITY_WARNING,
		"Several people are heard on this channel at once.",
		"Listen to the channel and mute who should not be on it.",
	},
	[DM_ALARM_CHANNEL_SILENT] = {
		"channel-silent", DM_AT_CHANNEL, DM_SEVERITY_CRITICAL,
		"The channel is shown as interpreted, the floor speaks, and listeners hear nothing.",
		"Talk to the booth: a headset's own mute key, or the wrong microphone, is likely.",
	},
	[DM_ALARM_CHANNEL_MUTED] = {
		"channel-muted", DM_AT_CHANNEL, DM_SEVERITY_WARNING,
		"The interpreter on air has been muted for longer than any cough.",
		"Talk to the booth: the mute has probably been forgotten.",
	},
	[DM_ALARM_CHANNEL_LEAK] = {
		"channel-leak", DM_AT_CHANNEL, DM_SEVERITY_CRITICAL,
		"The floor's sound is heard on this channel along with, or instead of, the interpreter.",
		"Ask the interpreter for a headset instead of loudspeakers, and for the right input.",
	},
	[DM_ALARM_CHANNEL_LOOP] = {
		"channel-loop", DM_AT_CHANNEL, DM_SEVERITY_CRITICAL,
		"The same piece of sound comes again and again.",
		"Restart the booth's device, or on the floor the source.",
	},
	[DM_ALARM_CHANNEL_TWIN] = {
		"channel-twin", DM_AT_CHANNEL, DM_SEVERITY_CRITICAL,
		"Two channels shown as interpreted carry the same sound.",
		"Listen to both and move the booth that is on the wrong one.",
	},
	[DM_ALARM_CHANNEL_CLIPS] = {
		"channel-clips", DM_AT_CHANNEL, DM_SEVERITY_WARNING,
		"The channel's sound is distorted: its peaks are cut off.",
		"Ask the interpreter to turn the microphone's level down.",
	},
	[DM_ALARM_UPLINK_LOSS] = {
		"uplink-loss", DM_AT_PROCESS, DM_SEVERITY_CRITICAL,
		"Most listeners, wherever they are, lose packets: the relay's own line is too full.",
		"Lower the picture for everybody, and call whoever keeps the line.",
	},
	[DM_ALARM_GROUP_LOSS] = {
		"group-loss", DM_AT_GROUP, DM_SEVERITY_WARNING,
		"These listeners lose packets on their way: picture and then sound suffer.",
		"Ask them for another network; if they share one, call whoever keeps it.",
	},
};

static const char *const severities[DM_SEVERITY_COUNT] = {
	[DM_SEVERITY_WARNING] = "warning",
	[DM_SEVERITY_CRITICAL] = "critical",
};

static const char *const places[DM_AT_COUNT] = {
	[DM_AT_PROCESS] = "process", [DM_AT_WORKER] = "worker", [DM_AT_SOURCE] = "source",
	[DM_AT_CHANNEL] = "channel", [DM_AT_BOOTH] = "booth",   [DM_AT_MICROPHONE] = "microphone",
	[DM_AT_GROUP] = "group",
};

const char *dm_alarm_kind_name(enum dm_alarm_kind kind)
{
	return kinds[kind].name;
}

const char *dm_severity_name(enum dm_severity severity)
{
	return severities[severity];
}

const char *dm_alarm_at_name(enum dm_alarm_at at)
{
	return places[at];
}

enum dm_alarm_at dm_alarm_kind_at(enum dm_alarm_kind kind)
{
	return kinds[kind].at;
}

enum dm_severity dm_alarm_kind_severity(enum dm_alarm_kind kind)
{
	return kinds[kind].severity;
}

const char *dm_alarm_meaning(enum dm_alarm_kind kind)
{
	return kinds[kind].meaning;
}

const char *dm_alarm_advice(enum dm_alarm_kind kind)
{
	return kinds[kind].advice;
}
