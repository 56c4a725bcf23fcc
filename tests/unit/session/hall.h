/* A room with booths in simulated time, over a transport and a ticker that take notes. */
#ifndef HALL_H
#define HALL_H

#include "fake_clock.h"
#include "fake_ticker.h"
#include "fake_transport.h"
#include "session/desk.h"
#include "session/interpreter.h"
#include "session/level.h"
#include "session/override.h"
#include "session/programme.h"
#include "session/publisher.h"
#include "session/subscriber.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* AR is nobody's: it is the floor. ES is a hardware booth's. ZH falls back to EN. */
enum { FLOOR, EN, FR, RU, ZH, ES, AR, CHANNELS };
/* RU speaks English as retour, and relays from EN, then FR, when the floor is not Russian. */
enum { BOOTH_EN, BOOTH_FR, BOOTH_FR_2, BOOTH_RU, BOOTH_ZH, BOOTHS };

extern struct dm_event *event;
extern struct dm_room *room;
extern struct dm_interpretation *rules;

/* Changes that observers were told of, by kind; how often a batch ended; public news. */
extern unsigned told[DM_CHANGE_KINDS];
extern unsigned batches;
extern unsigned news;
extern struct dm_change last_change;

int hall_setup(void **state);
int hall_teardown(void **state); /* with whatever is live */

/* Somebody in a booth. */
struct person {
	char key[DM_PARTICIPANT_SIZE];
	struct dm_interpreter *interpreter;
	struct dm_subscriber *subscriber;
	dm_peer_id peer;
	struct dm_intake *microphone; /* borrowed: the transport's reference */
};

/* Sits, connects, and sends sound from then on; the link is alive when it returns. */
struct person arrive(const char *name, uint8_t booth);
/* A peer for whoever sits there already. */
void connect_peer(struct person *person);
void speak(struct dm_intake *microphone, bool on);
void peer_becomes(dm_peer_id peer, enum dm_peer_state state);

/* Time passes; sound keeps coming from whoever speaks. */
void wait_for(dm_usec duration);

/* An action was done, or refused so; then the desk settles. */
void did(struct dm_ruling ruling);
void refused(struct dm_ruling ruling, enum dm_reason reason);

/* What a channel's engine was told, and what it finds out. */
const struct fake_channel *engine(uint8_t channel);
void engine_says(uint8_t channel, enum dm_engine_event_type type, uint8_t voice);
void assert_engine(uint8_t channel, enum dm_engine_mode mode, uint8_t voice);

/* What a peer is bound to. */
const struct dm_track *hears(dm_peer_id peer);
const struct dm_track *track(uint8_t channel);
const struct dm_seat *seat_of(const struct person *person);

struct dm_subscriber *listen(uint8_t channel, dm_peer_id *peer);
int64_t listeners(uint8_t channel);

#define TEST(name) cmocka_unit_test_setup_teardown(name, hall_setup, hall_teardown)

/* The groups; each returns the number of failed tests. */
int on_air_tests(void);
int relay_tests(void);
int people_tests(void);
int publisher_tests(void);
int ear_tests(void);
int line_up_tests(void);

#endif
