/* relay/ingest/elements.h
 *
 * Which GStreamer elements ingest uses and which Debian package brings each, so that one that is
 * missing is told at the start and by its package.
 *
 * Thread: any, after gst_init.
 */
#ifndef DM_INGEST_ELEMENTS_H
#define DM_INGEST_ELEMENTS_H

/* Returns 0, or -ENOENT after logging each that is missing. */
int dm_elements_check(void);

#endif
