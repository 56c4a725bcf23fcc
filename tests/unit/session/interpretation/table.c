/* Every action in every state of a seat: what comes of it. "me" sits in the Chinese booth, which
 * has English as retour; "you" is the partner, "other" is in the English booth. */
#include "fixture.h"

#include <string.h>

static void stranger(void)
{
}

static void no_link(void)
{
	assert_done(sit("me", BOOTH_ZH_EN));
}

static void off(void)
{
	seat("me", BOOTH_ZH_EN);
}

static void with_partner(void)
{
	off();
	seat("you", BOOTH_ZH_EN);
}

static void partner_on(void)
{
	with_partner();
	assert_done(dm_booth_on(room, "you", DM_OUTPUT_A, now));
}

static void partner_muted(void)
{
	partner_on();
	assert_done(dm_booth_mute(room, "you", now));
}

static void partner_lost(void)
{
	partner_on();
	assert_done(dm_booth_link_lost(room, "you", now, now));
}

static void standby(void)
{
	partner_on();
	assert_done(dm_booth_consent(room, "you", true, now));
	assert_done(dm_booth_consent(room, "me", true, now));
}

static void on_air(void)
{
	with_partner();
	assert_done(dm_booth_on(room, "me", DM_OUTPUT_A, now));
}

static void muted(void)
{
	on_air();
	assert_done(dm_booth_mute(room, "me", now));
}

static void held_muted(void)
{
	on_air();
	assert_done(dm_override_mute(room, "me", now));
}

static void held_off(void)
{
	on_air();
	assert_done(dm_override_off(room, "me", now));
}

static void lost(void)
{
	on_air();
	assert_done(dm_booth_link_lost(room, "me", now, now));
}

static void other_booth(void)
{
	with_partner();
	seat("other", BOOTH_EN);
	assert_done(dm_booth_on(room, "other", DM_OUTPUT_A, now));
}

static void asked(void)
{
	on_air();
	assert_done(dm_handover_ask(room, "you", now));
}

static void offered(void)
{
	partner_on();
	assert_done(dm_handover_offer(room, "you", NULL, now));
}

static void asking(void)
{
	partner_on();
	assert_done(dm_handover_ask(room, "me", now));
}

static void offering(void)
{
	on_air();
	assert_done(dm_handover_offer(room, "me", NULL, now));
}

static void giving(void)
{
	offering();
	assert_done(dm_handover_accept(room, "you", now));
}

static void getting(void)
{
	offered();
	assert_done(dm_handover_accept(room, "me", now));
}

#define STATES 20

static void (*const states[STATES])(void) = {
	stranger, no_link, off,    with_partner, partner_on, partner_muted, partner_lost,
	standby,  on_air,  muted,  held_muted,   held_off,   lost,          other_booth,
	asked,    offered, asking, offering,     giving,     getting,
};

#define ACTION(name, call)                 \
	static struct dm_ruling name(void) \
	{                                  \
		return call;               \
	}

ACTION(sit_again, sit("me", BOOTH_ZH_EN))
ACTION(leave, dm_booth_leave(room, "me", now))
ACTION(link_alive, dm_booth_link_alive(room, "me", now))
ACTION(link_lost, dm_booth_link_lost(room, "me", now, now))
ACTION(on_a, dm_booth_on(room, "me", DM_OUTPUT_A, now))
ACTION(on_b, dm_booth_on(room, "me", DM_OUTPUT_B, now))
ACTION(mute, dm_booth_mute(room, "me", now))
ACTION(switch_off, dm_booth_off(room, "me", now))
ACTION(consent, dm_booth_consent(room, "me", true, now))
ACTION(ask, dm_handover_ask(room, "me", now))
ACTION(offer, dm_handover_offer(room, "me", NULL, now))
ACTION(offer_to, dm_handover_offer(room, "me", "you", now))
ACTION(accept, dm_handover_accept(room, "me", now))
ACTION(decline, dm_handover_decline(room, "me", now))
ACTION(cancel, dm_handover_cancel(room, "me", now))
ACTION(take, dm_handover_take(room, "me", now))
ACTION(report_cut, dm_handover_report(room, "me", true, now))
ACTION(report_none, dm_handover_report(room, "me", false, now))
ACTION(force_off, dm_override_off(room, "me", now))
ACTION(force_mute, dm_override_mute(room, "me", now))
ACTION(release, dm_override_release(room, "me", now))
ACTION(force_on_a, dm_override_on(room, "me", DM_OUTPUT_A, now))
ACTION(force_on_b, dm_override_on(room, "me", DM_OUTPUT_B, now))
ACTION(move, dm_override_move(room, "me", BOOTH_EN, now))
ACTION(move_here, dm_override_move(room, "me", BOOTH_ZH_EN, now))
ACTION(choose, dm_incoming_choose(room, "me", EN, now))
ACTION(choose_own, dm_incoming_choose(room, "me", ZH, now))
ACTION(preset, dm_incoming_preset(room, "me", 0, EN, now))
ACTION(recall, dm_incoming_recall(room, "me", 0, now))
ACTION(automatic, dm_incoming_automatic(room, "me", true, now))
ACTION(set_language, dm_interpretation_set_floor_language(room, "me", "fr", now))
ACTION(slow_down, dm_slow_down_ask(room, "me", now))
ACTION(call, dm_call_open(room, "me", NULL, now))

/* One line an action; the reasons in the order of `states`, each standing for all that follow when
 * the line ends early. "." is done. */
static const struct {
	const char *name;
	struct dm_ruling (*act)(void);
	const char *reasons;
} lines[] = {
	/* clang-format off */
	{ "sit again", sit_again, ". already-seated" },
	{ "leave", leave, "not-seated ." },
	{ "link alive", link_alive, "not-seated ." },
	{ "link lost", link_lost, "not-seated ." },
	{ "on a", on_a,
	  "not-seated no-link . . partner-on-air partner-on-air . partner-on-air "
	  "already-on-air . forced-muted forced-off no-link . already-on-air "
	  "partner-on-air partner-on-air already-on-air already-on-air "
	  "partner-on-air" },
	{ "on b", on_b,
	  "not-seated no-link . . partner-on-air partner-on-air . partner-on-air "
	  ". . forced-muted forced-off no-link channel-taken . partner-on-air "
	  "partner-on-air . . partner-on-air" },
	{ "mute", mute,
	  "not-seated microphone-off microphone-off microphone-off microphone-off "
	  "microphone-off microphone-off microphone-off . already-muted "
	  "already-muted microphone-off . microphone-off . microphone-off "
	  "microphone-off . . microphone-off" },
	{ "switch off", switch_off,
	  "not-seated already-off already-off already-off already-off already-off "
	  "already-off . . . . already-off . already-off . already-off "
	  "already-off . . already-off" },
	{ "consent", consent, "not-seated ." },
	{ "ask", ask,
	  "not-seated no-link nobody-on-air nobody-on-air . . nobody-on-air . "
	  "has-microphone has-microphone has-microphone forced-off has-microphone "
	  "nobody-on-air has-microphone . handover-running has-microphone "
	  "has-microphone handover-running" },
	{ "offer", offer,
	  "not-seated microphone-off microphone-off microphone-off microphone-off "
	  "microphone-off microphone-off microphone-off . . . microphone-off "
	  "no-link microphone-off . microphone-off microphone-off "
	  "handover-running handover-running microphone-off" },
	{ "offer to", offer_to,
	  "not-seated microphone-off microphone-off microphone-off microphone-off "
	  "microphone-off microphone-off microphone-off . . . microphone-off "
	  "no-link microphone-off . microphone-off microphone-off "
	  "handover-running handover-running microphone-off" },
	{ "accept", accept,
	  "not-seated no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover . . not-yours" },
	{ "decline", decline,
	  "not-seated no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover . . not-yours" },
	{ "cancel", cancel,
	  "not-seated no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover not-yours not-yours ." },
	{ "take", take,
	  "not-seated no-link nobody-on-air nobody-on-air not-agreed . "
	  "nobody-on-air not-agreed has-microphone has-microphone has-microphone "
	  "forced-off has-microphone nobody-on-air has-microphone . not-agreed "
	  "has-microphone has-microphone ." },
	{ "report cut", report_cut,
	  "not-seated no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover ." },
	{ "report none", report_none,
	  "not-seated no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover no-handover no-handover "
	  "no-handover no-handover no-handover ." },
	{ "force off", force_off, "not-seated . . . . . . . . . . already-forced ." },
	{ "force mute", force_mute,
	  "not-seated microphone-off microphone-off microphone-off microphone-off "
	  "microphone-off microphone-off microphone-off . . already-forced "
	  "microphone-off . microphone-off . microphone-off microphone-off . . "
	  "microphone-off" },
	{ "release", release,
	  "not-seated not-forced not-forced not-forced not-forced not-forced "
	  "not-forced not-forced not-forced not-forced . . not-forced" },
	{ "force on a", force_on_a,
	  "not-seated no-link . . . . . . already-on-air . . . no-link . "
	  "already-on-air . . already-on-air already-on-air ." },
	{ "force on b", force_on_b, "not-seated no-link . . . . . . . . . . no-link ." },
	{ "move", move, "not-seated ." },
	{ "move here", move_here, "not-seated same-booth" },
	{ "choose", choose, "not-seated ." },
	{ "choose own", choose_own, "not-seated own-channel" },
	{ "preset", preset, "not-seated ." },
	{ "recall", recall, "not-seated no-preset" },
	{ "automatic", automatic, "not-seated ." },
	{ "set language", set_language, "not-seated ." },
	{ "slow down", slow_down, "not-seated ." },
	{ "call", call, "not-seated ." },
	/* clang-format on */
};

static void every_action_in_every_state(void **state)
{
	for (size_t n = 0; n < sizeof(lines) / sizeof(lines[0]); n++) {
		char words[900];
		char *rest = words;
		const char *word = "";

		snprintf(words, sizeof(words), "%s", lines[n].reasons);
		for (unsigned s = 0; s < STATES; s++) {
			const char *next = strtok_r(rest, " ", &rest);
			const char *name;

			word = next ? next : word;
			assert_int_equal(fixture_setup(state), 0);
			states[s]();
			forget_changes();
			name = dm_reason_name(got(lines[n].act()));
			if (strcmp(name, strcmp(word, ".") == 0 ? "done" : word) != 0) {
				fail_msg("%s in state %u: %s instead of %s", lines[n].name, s, name,
					 word);
			}
			wait_for(DM_SEC(60)); /* nothing that is wrong comes later, either */
			fixture_teardown(state);
		}
	}
}

int table_tests(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_action_in_every_state) };

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
