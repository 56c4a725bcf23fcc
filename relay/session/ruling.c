#include "session/ruling.h"

#include "session/interpretation_private.h"

#include <string.h>

static const char *const names[DM_REASON_COUNT] = {
#define REASON_NAME(name, text, sentence) [DM_REASON_##name] = text,
	DM_REASONS(REASON_NAME)
#undef REASON_NAME
};

static const char *const sentences[DM_REASON_COUNT] = {
#define REASON_SENTENCE(name, text, sentence) [DM_REASON_##name] = sentence,
	DM_REASONS(REASON_SENTENCE)
#undef REASON_SENTENCE
};

/* A text that is being written, always with its NUL. */
struct sentence {
	char *text;
	size_t size;
	size_t length;
};

struct dm_ruling dm_ruling_about(enum dm_reason reason, uint8_t booth, uint8_t seat,
				 uint8_t channel)
{
	return (struct dm_ruling){
		.reason = reason,
		.booth = booth,
		.seat = seat,
		.channel = channel,
	};
}

struct dm_ruling dm_ruling_of(enum dm_reason reason)
{
	return dm_ruling_about(reason, DM_NOBODY, DM_NOBODY, DM_NOBODY);
}

const char *dm_reason_name(enum dm_reason reason)
{
	return names[reason];
}

static void add(struct sentence *sentence, const char *text, size_t length)
{
	const size_t room = sentence->size - 1 - sentence->length;

	if (length > room)
		length = room;
	memcpy(sentence->text + sentence->length, text, length);
	sentence->length += length;
	sentence->text[sentence->length] = '\0';
}

static void add_text(struct sentence *sentence, const char *text)
{
	add(sentence, text, strlen(text));
}

static void add_channel(struct sentence *sentence, const struct dm_interpretation *interpretation,
			uint8_t channel)
{
	add_text(sentence, channel < interpretation->options->channel_count
				   ? interpretation->options->channels[channel].lang
				   : "?");
}

static const char *booth_of(const struct dm_ruling *ruling,
			    const struct dm_interpretation *interpretation)
{
	return ruling->booth < interpretation->booth_count
		       ? interpretation->booths[ruling->booth].options->id
		       : "?";
}

static const char *person_of(const struct dm_ruling *ruling,
			     const struct dm_interpretation *interpretation)
{
	if (ruling->booth >= interpretation->booth_count || ruling->seat >= DM_SEATS_MAX)
		return "your partner";
	return interpretation->booths[ruling->booth].seats[ruling->seat].who.name;
}

static void add_field(struct sentence *sentence, char field, const struct dm_ruling *ruling,
		      const struct dm_interpretation *interpretation)
{
	switch (field) {
	case 'b':
		add_text(sentence, booth_of(ruling, interpretation));
		break;
	case 'p':
		add_text(sentence, person_of(ruling, interpretation));
		break;
	case 'c':
		add_channel(sentence, interpretation, ruling->channel);
		break;
	default:
		for (uint8_t n = 0; n < ruling->chain_count; n++) {
			if (n > 0)
				add_text(sentence, " from ");
			add_channel(sentence, interpretation, ruling->chain[n]);
		}
		break;
	}
}

void dm_ruling_explain(const struct dm_ruling *ruling,
		       const struct dm_interpretation *interpretation, char *text, size_t size)
{
	struct sentence sentence = { .text = text, .size = size };

	if (size == 0)
		return;
	text[0] = '\0';
	for (const char *from = sentences[ruling->reason]; *from; from++) {
		if (*from == '%')
			add_field(&sentence, *++from, ruling, interpretation);
		else
			add(&sentence, from, 1);
	}
}
