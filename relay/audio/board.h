/* relay/audio/board.h
 *
 * Figures handed from one thread to others, word by word: each figure is whole, together they may
 * be of two moments. Nobody ever waits: who reads does not for a writer that is put aside in the
 * middle, as with a sequence lock.
 *
 * Thread: put from one, take from any.
 */
#ifndef DM_AUDIO_BOARD_H
#define DM_AUDIO_BOARD_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* How long a board of these figures is. No figure may lie across two words. */
#define DM_BOARD_WORDS(type) ((sizeof(type) + 7) / 8)

void dm_board_put(_Atomic uint64_t *board, const void *figures, size_t size_bytes);
void dm_board_take(const _Atomic uint64_t *board, void *figures, size_t size_bytes);

#endif
