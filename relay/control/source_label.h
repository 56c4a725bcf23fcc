/* relay/control/source_label.h
 *
 * What a source is called before people: its URI without what is secret in it.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONTROL_SOURCE_LABEL_H
#define DM_CONTROL_SOURCE_LABEL_H

#include <stddef.h>

/* Without user and password (RFC 3986, 3.2.1), query and fragment (a passphrase of SRT stands
 * there), and of RTMP without the last part of the path, which is the stream's key. Cut at `size`;
 * NULL is "". */
void dm_source_label(const char *uri, char *label, size_t size);

#endif
