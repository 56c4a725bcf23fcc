/* All tests of the desk, in the hall. */
#include "hall.h"
#include "base/log.h"

int main(void)
{
	dm_log_setup(DM_LOG_ERROR, DM_LOG_KEY_VALUE);
	return on_air_tests() + relay_tests() + people_tests() + publisher_tests() + ear_tests() +
	       line_up_tests();
}
