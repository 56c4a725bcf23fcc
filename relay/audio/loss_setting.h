/* relay/audio/loss_setting.h
 *
 * The packet loss that an encoder prepares for, drawn from what receivers report: up at once, down
 * only when they have reported less for half a minute, and not for a percent or two. Each change
 * may turn the encoder from CELT to SILK or back, so it must not follow every report.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_LOSS_SETTING_H
#define DM_AUDIO_LOSS_SETTING_H

#include <stdbool.h>
#include <stdint.h>

/* How often reports are looked at: browsers send one in one to five seconds. */
#define DM_LOSS_SETTING_EVERY_TICKS 250

/* What a good link loses now and then; it costs nothing to prepare for. Choice. */
#define DM_LOSS_SETTING_LEAST 1

struct dm_loss_setting {
	uint8_t percent;
	uint8_t highest; /* reported since reports are lower */
	uint8_t lower;   /* in a row */
};

void dm_loss_setting_init(struct dm_loss_setting *setting);

/* `reported`: percent; -1: nobody has, and so nobody needs anything. True when the setting
 * changed. */
bool dm_loss_setting_note(struct dm_loss_setting *setting, int reported);

#endif
