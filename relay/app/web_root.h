/* relay/app/web_root.h
 *
 * Where the pages are when the configuration does not say.
 *
 * Thread: any.
 */
#ifndef DM_APP_WEB_ROOT_H
#define DM_APP_WEB_ROOT_H

/* The installed pages where this program is installed (../share/dragoman/web beside its folder),
 * else those of the source tree it was built from. Owned by the caller (g_free). */
char *dm_web_root_find(void);

#endif
