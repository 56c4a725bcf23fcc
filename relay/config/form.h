/* relay/config/form.h
 *
 * Whether a plain value has the form that its type asks for, told as libcyaml would not: that
 * takes "off" for true and "010" for eight.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONFIG_FORM_H
#define DM_CONFIG_FORM_H

#include <cyaml/cyaml.h>

#include <stdbool.h>
#include <stddef.h>

/* True when `text` is good for the type; otherwise `message` says "what is wrong; what would be
 * right". Types that are no plain values are never good. */
bool dm_form_check(const cyaml_schema_value_t *schema, const char *text, char *message,
		   size_t size);

/* "a mapping (key: value)", "a list", "a text", …: what the type is called for people. */
const char *dm_form_name(const cyaml_schema_value_t *schema);

#endif
