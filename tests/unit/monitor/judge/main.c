/* The judge of the channel watchdog, on numbers. */
#include "hall.h"

int main(void)
{
	return table_tests() + cause_tests() + random_tests() + event_tests();
}
