/* A room with six booths for the tests of interpretation, and what must always hold in it. */
#ifndef TESTS_SESSION_INTERPRETATION_FIXTURE_H
#define TESTS_SESSION_INTERPRETATION_FIXTURE_H

#include "session/booth.h"
#include "session/call.h"
#include "session/interpretation_name.h"
#include "session/override.h"
#include "session/programme.h"
#include "session/slow_down.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { FLOOR, EN, FR, RU, ZH, AR, ES, CHANNELS };

/* ZH_EN speaks Chinese, and English as retour; AR_FR Arabic and French. FR_2 is a second French
 * booth, without pivots, which takes every language. */
enum { BOOTH_EN, BOOTH_FR, BOOTH_RU, BOOTH_ZH_EN, BOOTH_AR_FR, BOOTH_FR_2, BOOTHS };

#define START DM_SEC(1000)

extern const struct dm_interpretation_options fixture_options;
extern struct dm_interpretation *room;
extern dm_usec now;

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Notes the reason as reached, and checks the invariants. Returns the reason. */
enum dm_reason got(struct dm_ruling ruling);
extern unsigned reached[DM_REASON_COUNT];

#define assert_reason(ruling, name) \
	assert_string_equal(dm_reason_name(got(ruling)), dm_reason_name(DM_REASON_##name))
#define assert_done(ruling) assert_reason(ruling, DONE)

/* Everything that must hold at any time; fails the test with what is wrong. */
void check_invariants(void);

/* Sits, with a live link. The name is the id in capitals. */
void seat(const char *participant, uint8_t booth);
struct dm_ruling sit(const char *participant, uint8_t booth);
const struct dm_seat *seat_of(const char *participant);
const struct dm_programme *programme(uint8_t channel);
const struct dm_incoming *incoming(uint8_t booth);
const struct dm_handover *handover(uint8_t booth);

/* Moves the time on, stopping at every deadline. */
void wait_for(dm_usec duration);

/* How many changes of a kind have come since the last call of this or forget. */
unsigned changes_of(enum dm_change_kind kind, struct dm_change *last);
void forget_changes(void);

/* The groups; each returns the number of failed tests. */
int booth_tests(void);
int link_tests(void);
int handover_tests(void);
int incoming_tests(void);
int programme_tests(void);
int request_tests(void);
int table_tests(void);
int random_tests(void);

#endif
