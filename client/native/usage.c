#include "usage.h"

const char dm_usage[] =
	"usage: dragoman-client listen  --url URL --room ROOM [options]\n"
	"       dragoman-client publish --url URL --room ROOM --lang LANG|floor SOURCE [options]\n"
	"       dragoman-client load    --url URL --room ROOM --listeners N [options]\n"
	"       dragoman-client [listen|publish|load] --help\n";

static const char common_help[] =
	"  --url URL        the relay, such as http://localhost:8080\n"
	"  --room ROOM      the room's id\n"
	"  --token TOKEN    where the event asks for one\n"
	"  --seconds N      leave after so long (default: when interrupted)\n"
	"  --stats          print a line of JSON every second\n";

static const char hear_help[] = "  --lang LANG      the language to hear (default: the floor)\n"
				"  --video CHOICE   none, low, medium, high or auto (default)\n";

static const char listen_help[] =
	"\nlisten: joins as one delegate by WHEP, decodes sound and picture, and prints a summary as JSON.\n"
	"  --wav FILE       write the decoded sound\n"
	"  --mkv FILE       write sound and picture as received (Opus, H.264)\n"
	"  --speaker        play the sound on the system's loudspeaker\n";

static const char publish_help[] =
	"\npublish: speaks into a channel, or is the floor, by WHIP (RFC 9725); tries again for ever.\n"
	"  --lang LANG      the channel's language, or floor\n"
	"  --file FILE      a file's sound, and for the floor its picture, as a camera would send it\n"
	"  --loop           the file begins again at its end\n"
	"  --vp8            the picture as VP8 (default: H.264, constrained baseline)\n"
	"  --microphone[=NAME]  the system's microphone, or the one of that name\n"
	"  --tone HZ        a steady tone\n"
	"  --bursts HZ      0.1 s of a tone at each second of the wall clock, to measure delays with\n"
	"  --level DBFS     of the tone's peaks (default: -20)\n"
	"  --once           end where it would try again\n";

static const char load_help[] =
	"\nload: joins as many listeners that count what they get but do not decode it, prints a summary as JSON,\n"
	"and says on standard error whether the server holds them.\n"
	"  --listeners N    how many (default 1)\n"
	"  --rate R         joins a second (default: as fast as it goes)\n"
	"  --warmup S       figures count only from S seconds after all have joined, for --seconds\n"
	"  --sample N       every Nth listener decrypts all it gets, the others count by the clear\n"
	"                   headers (default: all decrypt up to 100 listeners, else every 100th)\n"
	"  --latency        RTP payloads end with a time stamp: \"dmstamp\", a zero byte, and 8 bytes of\n"
	"                   CLOCK_REALTIME in microseconds; read by those that decrypt\n"
	"  --nack           ask for lost packets\n"
	"  --one-by-one     each leaves once it has sound (and a key frame), then the next joins\n"
	"  --srtp PROFILE   gcm or sha1: offer this SRTP profile alone (default: both)\n"
	"  --stalled SHARE  such a share (0.05 or 5%) stops doing anything but ICE consent\n"
	"  --nack-storm SHARE  such a share sends 1,000 NACKs a second each\n"
	"  --tick TIME      read the sockets so often (1ms, 500us), or at once (0);\n"
	"                   default: 1ms from 50 listeners on, else at once\n"
	"  --spread WAY     auto (default): one socket and many addresses where the server is\n"
	"                   this machine; off: a socket for each listener\n"
	"  --setup ROLE     actpass (default), or active for a server that would not be passive\n";

static const char exit_help[] =
	"\nexit codes: 0 fine, 1 could not join or was dropped, 2 wrong usage, 3 a file or socket could not be had\n";

void dm_usage_help(enum dm_command command, FILE *file)
{
	const bool all = command == DM_COMMAND_NONE;

	fputs(dm_usage, file);
	fputc('\n', file);
	fputs(common_help, file);
	if (command != DM_COMMAND_PUBLISH)
		fputs(hear_help, file);
	if (all || command == DM_COMMAND_LISTEN)
		fputs(listen_help, file);
	if (all || command == DM_COMMAND_PUBLISH)
		fputs(publish_help, file);
	if (all || command == DM_COMMAND_LOAD)
		fputs(load_help, file);
	fputs(exit_help, file);
}
