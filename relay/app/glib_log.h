/* relay/app/glib_log.h
 *
 * Lines that GLib and the libraries upon it log come out like our own.
 *
 * Thread: install on the main thread, once.
 */
#ifndef DM_APP_GLIB_LOG_H
#define DM_APP_GLIB_LOG_H

void dm_glib_log_install(void);

#endif
