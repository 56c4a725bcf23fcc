/* tests/unit/rtp/track_race.h
 *
 * One writer and several readers at once on one track: what ThreadSanitizer is to look at.
 */
#ifndef DM_TESTS_TRACK_RACE_H
#define DM_TESTS_TRACK_RACE_H

void one_writer_races_many_readers(void **state);

#endif
