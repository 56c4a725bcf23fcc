#include "audio/loss_setting.h"

/* So much more or less changes nothing that is heard. Choices. */
#define HIGHER 2
#define LOWER  3

#define REPORTS 6 /* half a minute: a walk through a bad corner. Choice */

void dm_loss_setting_init(struct dm_loss_setting *setting)
{
	*setting = (struct dm_loss_setting){ .percent = DM_LOSS_SETTING_LEAST };
}

static bool set(struct dm_loss_setting *setting, uint8_t percent)
{
	*setting = (struct dm_loss_setting){ .percent = percent };
	return true;
}

bool dm_loss_setting_note(struct dm_loss_setting *setting, int reported)
{
	const uint8_t percent = reported < DM_LOSS_SETTING_LEAST ? DM_LOSS_SETTING_LEAST
				: reported > 100                 ? 100
								 : (uint8_t)reported;

	if (percent >= setting->percent + HIGHER)
		return set(setting, percent);
	if (percent >= setting->percent ||
	    (percent + LOWER > setting->percent && percent > DM_LOSS_SETTING_LEAST)) {
		setting->lower = 0;
		setting->highest = 0;
		return false;
	}
	if (percent > setting->highest)
		setting->highest = percent;
	return ++setting->lower >= REPORTS && set(setting, setting->highest);
}
