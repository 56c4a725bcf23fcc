#include "audio/interpretability.h"
#include "audio/clipped.h"
#include "audio/encoder.h"
#include "audio/speech_spectrum.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Ticks that are remembered between two judgements; those of speech that a judgement takes; how
 * often another verdict must come in a row before it is told. Choices. */
#define JUDGE_EVERY  25
#define SPEECH_LEAST 110
#define AGREED       2

/* Hz. ISO 20109 and ISO 24019 ask for 15 kHz; voices lose no naturalness down to 10.9 kHz (Moore
 * and Tan, Perceived naturalness of spectrally distorted speech and music, JASA 114, 2003).
 * Wideband calls end at 7 or 8 kHz (ITU-T G.722), telephones at 3.4 (ITU-T G.712) or 4. */
#define CEILING_GOOD 10000.0
#define CEILING_POOR 5500.0 /* what a codec leaves above 4 kHz included */

/* dB. 15 is the least for listeners in a room (ANSI/ASA S12.60); that an interpreter, who speaks at
 * the same time, needs 10 more is our choice. */
#define SNR_GOOD 25.0
#define SNR_POOR 15.0

/* Shares of samples, by clipped.h: recorded voices have up to 0.4 % (unit/audio_interpretability).
 */
#define CLIPPING_GOOD 0.005
#define CLIPPING_POOR 0.02

/* Shares of ticks. 2 % is a gap in each second; choices. */
#define CONCEALED_GOOD 0.02
#define CONCEALED_POOR 0.08

/* bit/s of speech. Wideband takes 16,000 to 20,000, a telephone's band 8,000 to 12,000 (RFC 7587,
 * 3.1.1), whatever band an encoder was told to fill with less. The lower limit is a choice: one
 * that is set to 12,000 uses 9,700 to 11,400 (unit/audio_interpretability). */
#define CODED_GOOD 16000.0
#define CODED_POOR 9000.0

#define REMEMBERED 350 /* ticks: seven seconds, as of the spectrum */

struct dm_interpretability {
	struct dm_speech_spectrum *spectrum; /* owned */
	struct {
		uint16_t clipped_samples, coded_bytes;
	} ticks[REMEMBERED];
	size_t next;    /* counts on */
	unsigned since; /* ticks since the last judgement */
	struct dm_interpretability_report report;
	enum dm_verdict verdict; /* of the last judgements */
	enum dm_verdict_reason reason;
	unsigned agreed;
};

int dm_interpretability_create(struct dm_interpretability **out)
{
	struct dm_interpretability *meter = calloc(1, sizeof(*meter));

	*out = NULL;
	if (!meter)
		return -ENOMEM;
	if (dm_speech_spectrum_create(&meter->spectrum) < 0) {
		free(meter);
		return -ENOMEM;
	}
	dm_interpretability_reset(meter);
	*out = meter;
	return 0;
}

void dm_interpretability_destroy(struct dm_interpretability *meter)
{
	if (!meter)
		return;
	dm_speech_spectrum_destroy(meter->spectrum);
	free(meter);
}

void dm_interpretability_reset(struct dm_interpretability *meter)
{
	dm_speech_spectrum_reset(meter->spectrum);
	memset(meter->ticks, 0, sizeof(meter->ticks));
	meter->next = 0;
	meter->since = 0;
	meter->verdict = DM_VERDICT_UNKNOWN;
	meter->reason = DM_VERDICT_REASON_NONE;
	meter->agreed = 0;
	meter->report = (struct dm_interpretability_report){
		.ceiling_hz = NAN,
		.snr_db = NAN,
		.coded_bps = NAN,
	};
}

struct judgement {
	enum dm_verdict verdict;
	enum dm_verdict_reason reason;
};

static void object(struct judgement *judgement, bool not_good, bool not_poor,
		   enum dm_verdict_reason reason)
{
	const enum dm_verdict verdict = not_poor   ? DM_VERDICT_UNFIT
					: not_good ? DM_VERDICT_POOR
						   : DM_VERDICT_GOOD;

	if (verdict > judgement->verdict)
		*judgement = (struct judgement){ verdict, reason };
}

/* The worst objection counts; of equal ones, the first: what helps most is at the top. */
static struct judgement judge(const struct dm_interpretability_report *report)
{
	struct judgement judgement = { DM_VERDICT_GOOD, DM_VERDICT_REASON_NONE };

	object(&judgement, report->concealed > CONCEALED_GOOD, report->concealed > CONCEALED_POOR,
	       DM_VERDICT_REASON_GAPS);
	object(&judgement, report->clipping > CLIPPING_GOOD, report->clipping > CLIPPING_POOR,
	       DM_VERDICT_REASON_CLIPPED);
	object(&judgement, report->coded_bps < CODED_GOOD, report->coded_bps < CODED_POOR,
	       DM_VERDICT_REASON_CODED);
	object(&judgement, report->snr_db < SNR_GOOD, report->snr_db < SNR_POOR,
	       DM_VERDICT_REASON_NOISY);
	object(&judgement, report->ceiling_hz < CEILING_GOOD, report->ceiling_hz < CEILING_POOR,
	       report->ceiling_hz < CEILING_POOR ? DM_VERDICT_REASON_TELEPHONE
						 : DM_VERDICT_REASON_NARROW);
	return judgement;
}

static void sum_up(const struct dm_interpretability *meter,
		   struct dm_interpretability_report *report)
{
	const size_t count = meter->next < REMEMBERED ? meter->next : REMEMBERED;
	const double samples = (double)(count * DM_AUDIO_FRAME_SAMPLES);
	double clipped = 0, coded = 0;

	for (size_t n = 0; n < count; n++) {
		clipped += meter->ticks[n].clipped_samples;
		coded += meter->ticks[n].coded_bytes;
	}
	report->clipping = count > 0 ? clipped / samples : 0;
	report->coded_bps = coded > 0 ? coded * 8 * DM_AUDIO_RATE_HZ / samples : NAN;
}

static void look(struct dm_interpretability *meter)
{
	struct dm_speech_figures figures;

	dm_speech_spectrum_draw(meter->spectrum, &figures);
	if (figures.speech < SPEECH_LEAST || figures.tones)
		return;
	meter->report.ceiling_hz = figures.ceiling_hz;
	meter->report.snr_db = figures.snr_db;
	meter->report.concealed = figures.concealed;
	sum_up(meter, &meter->report);

	const struct judgement judgement = judge(&meter->report);

	if (judgement.verdict != meter->verdict || judgement.reason != meter->reason)
		meter->agreed = 0;
	meter->verdict = judgement.verdict;
	meter->reason = judgement.reason;
	if (++meter->agreed < AGREED && meter->report.verdict != DM_VERDICT_UNKNOWN)
		return;
	meter->report.verdict = judgement.verdict;
	meter->report.reason = judgement.reason;
}

void dm_interpretability_put(struct dm_interpretability *meter, const float *samples,
			     uint16_t coded_bytes, bool concealed)
{
	if (!dm_speech_spectrum_put(meter->spectrum, samples, concealed))
		return;
	if (samples && !concealed) {
		const size_t n = meter->next++ % REMEMBERED;

		meter->ticks[n].clipped_samples = (uint16_t)dm_clipped_samples(samples);
		meter->ticks[n].coded_bytes = coded_bytes;
	}
	if (++meter->since < JUDGE_EVERY)
		return;
	meter->since = 0;
	look(meter);
}

void dm_interpretability_report(const struct dm_interpretability *meter,
				struct dm_interpretability_report *report)
{
	*report = meter->report;
}

const char *dm_verdict_name(enum dm_verdict verdict)
{
	static const char *const names[DM_VERDICT_COUNT] = { "unknown", "good", "poor", "unfit" };

	return names[verdict];
}

const char *dm_verdict_reason_name(enum dm_verdict_reason reason)
{
	static const char *const names[DM_VERDICT_REASON_COUNT] = {
		"none", "telephone", "narrow", "coded", "clipped", "noisy", "gaps",
	};

	return names[reason];
}
