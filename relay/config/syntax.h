/* relay/config/syntax.h
 *
 * Mistakes of syntax: what libyaml stumbled over, told as a mistake of the file.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_SYNTAX_H
#define DM_CONFIG_SYNTAX_H

#include "config/mistakes.h"

#include <stddef.h>
#include <yaml.h>

/* Why the parser has just failed; `text` is all that it was given. */
void dm_syntax_tell(const yaml_parser_t *parser, const char *text, size_t bytes,
		    struct dm_mistakes *mistakes);

/* The parser has read the first document: tells when another one follows, or what cannot be read.
 * One event is one file is one document: what comes after "---" would be passed over. */
void dm_syntax_check_single_document(yaml_parser_t *parser, const char *text, size_t bytes,
				     struct dm_mistakes *mistakes);

#endif
