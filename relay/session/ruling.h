/* relay/session/ruling.h
 *
 * What became of an action in a booth: it was done, or why it was not, and who or what stands in
 * the way.
 *
 * Pure. Thread: any.
 */
#ifndef DM_SESSION_RULING_H
#define DM_SESSION_RULING_H

#include "session/options.h"

struct dm_interpretation;

/* X(name, text of the API, sentence). In sentences %b is the ruling's booth, %p its person, %c its
 * channel, %k its chain of channels. */
#define DM_REASONS(X)                                                                           \
	X(DONE, "done", "Done.")                                                                \
	X(NO_SUCH_BOOTH, "no-such-booth", "There is no such booth in this room.")               \
	X(NO_SUCH_CHANNEL, "no-such-channel", "There is no such channel in this room.")         \
	X(BAD_PARTICIPANT, "bad-participant", "The name is empty or too long.")                 \
	X(ALREADY_SEATED, "already-seated", "You sit in booth %b already; leave it first.")     \
	X(BOOTH_FULL, "booth-full", "All seats of booth %b are taken.")                         \
	X(NOT_SEATED, "not-seated", "That takes a seat in a booth; take one first.")            \
	X(NO_LINK, "no-link", "No sound comes from that microphone; check its connection.")     \
	X(NO_OUTPUT, "no-output", "Booth %b has no second channel.")                            \
	X(ALREADY_ON_AIR, "already-on-air", "That microphone is on air already.")               \
	X(ALREADY_MUTED, "already-muted", "That microphone is muted already.")                  \
	X(ALREADY_OFF, "already-off", "That microphone is off already.")                        \
	X(MICROPHONE_OFF, "microphone-off", "That microphone is off.")                          \
	X(PARTNER_ON_AIR, "partner-on-air", "%p has the microphone; ask for it.")               \
	X(CHANNEL_TAKEN, "channel-taken", "Booth %b has channel %c: %p is on it.")              \
	X(FORCED_OFF, "forced-off", "The organiser has switched that microphone off.")          \
	X(FORCED_MUTED, "forced-muted", "The organiser has muted that microphone.")             \
	X(ALREADY_FORCED, "already-forced", "That microphone is held so already.")              \
	X(NOT_FORCED, "not-forced", "Nobody holds that microphone.")                            \
	X(BAD_LIMIT, "bad-limit", "A booth has one to three microphones on air.")               \
	X(SAME_BOOTH, "same-booth", "%p sits in booth %b already.")                             \
	X(NO_PARTNER, "no-partner", "No partner is there who could take the microphone.")       \
	X(HAS_MICROPHONE, "has-microphone", "You have the microphone already.")                 \
	X(NOBODY_ON_AIR, "nobody-on-air", "Nobody has the microphone; switch yours on.")        \
	X(HANDOVER_RUNNING, "handover-running", "A handover with %p is under way.")             \
	X(NO_HANDOVER, "no-handover", "There is no handover; it was taken back or is over.")    \
	X(NOT_YOURS, "not-yours", "That is for %p to say.")                                     \
	X(NOT_AGREED, "not-agreed", "%p has not agreed to hand over.")                          \
	X(OWN_CHANNEL, "own-channel", "A booth cannot interpret from its own channel %c.")      \
	X(LOOP, "loop", "That would be a loop: %k.")                                            \
	X(TOO_DEEP, "too-deep", "That would be too many interpreters in a row: %k.")            \
	X(NO_PRESET, "no-preset", "That key has no channel.")                                   \
	X(TOO_MANY_PIVOTS, "too-many-pivots", "A booth has at most four pivots.")               \
	X(BAD_LANGUAGE, "bad-language", "That is no language tag; \"fr\" or \"pt-BR\" is one.") \
	X(TOO_SOON, "too-soon", "You have just asked; the room sees it.")                       \
	X(TOO_MANY, "too-many", "Too many have asked already; the room sees it.")               \
	X(ALREADY_CALLED, "already-called", "You have called the technician already.")          \
	X(NO_SUCH_CALL, "no-such-call", "That call is over.")                                   \
	X(CALL_TAKEN, "call-taken", "Another technician has taken that call.")

enum dm_reason {
#define DM_REASON_ENUM(name, text, sentence) DM_REASON_##name,
	DM_REASONS(DM_REASON_ENUM)
#undef DM_REASON_ENUM
		DM_REASON_COUNT,
};

#define DM_NOBODY 0xff /* no booth, no seat, no channel */

struct dm_ruling {
	enum dm_reason reason;
	uint8_t booth; /* who stands in the way; DM_NOBODY when it does not matter */
	uint8_t seat;
	uint8_t channel;
	uint8_t chain_count; /* LOOP, TOO_DEEP: the channels, from the one chosen to its source */
	uint8_t chain[DM_CHANNELS_MAX];
};

struct dm_ruling dm_ruling_of(enum dm_reason reason);
struct dm_ruling dm_ruling_about(enum dm_reason reason, uint8_t booth, uint8_t seat,
				 uint8_t channel);

/* "done", "channel-taken", …: for programs and counters. */
const char *dm_reason_name(enum dm_reason reason);

/* A sentence for people, cut at `size`. To be asked before the next action. */
void dm_ruling_explain(const struct dm_ruling *ruling,
		       const struct dm_interpretation *interpretation, char *text, size_t size);

#endif
