#include "config/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Longer words are not compared: no key of ours comes near. Choice. */
#define WORD_MAX 32

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int lower(char c)
{
	return tolower((unsigned char)c);
}

/* Optimal string alignment distance: Levenshtein's, and swapped neighbours cost one. */
static int distance(const char *a, const char *b)
{
	const int a_length = (int)strlen(a);
	const int b_length = (int)strlen(b);
	int cost[WORD_MAX + 1][WORD_MAX + 1];

	for (int i = 0; i <= a_length; i++)
		cost[i][0] = i;
	for (int j = 0; j <= b_length; j++)
		cost[0][j] = j;
	for (int i = 1; i <= a_length; i++) {
		for (int j = 1; j <= b_length; j++) {
			const int change = lower(a[i - 1]) != lower(b[j - 1]);

			cost[i][j] = least(cost[i - 1][j - 1] + change,
					   least(cost[i - 1][j], cost[i][j - 1]) + 1);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[a_length][b_length];
}

const char *dm_nearest_word(const char *word, const char *const *known, size_t count)
{
	const char *nearest = NULL;
	int nearest_distance = 0;

	if (strlen(word) > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strlen(known[i]) > WORD_MAX)
			continue;

		/* Two letters begin too many words. */
		const bool short_for = strlen(word) > 2 &&
				       strncasecmp(word, known[i], strlen(word)) == 0;
		const int d = short_for ? 0 : distance(word, known[i]);

		if (d * 3 > (int)strlen(known[i]) + 1) /* "id" may still be one letter off */
			continue;
		if (!nearest || d < nearest_distance) {
			nearest = known[i];
			nearest_distance = d;
		}
	}
	return nearest;
}
