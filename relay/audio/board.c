#include "audio/board.h"

#include <string.h>

void dm_board_put(_Atomic uint64_t *board, const void *figures, size_t size_bytes)
{
	for (size_t n = 0; n * 8 < size_bytes; n++) {
		const size_t rest = size_bytes - n * 8;
		uint64_t word = 0;

		memcpy(&word, (const char *)figures + n * 8, rest < 8 ? rest : 8);
		atomic_store_explicit(&board[n], word, memory_order_relaxed);
	}
}

void dm_board_take(const _Atomic uint64_t *board, void *figures, size_t size_bytes)
{
	for (size_t n = 0; n * 8 < size_bytes; n++) {
		const uint64_t word = atomic_load_explicit(&board[n], memory_order_relaxed);
		const size_t rest = size_bytes - n * 8;

		memcpy((char *)figures + n * 8, &word, rest < 8 ? rest : 8);
	}
}
