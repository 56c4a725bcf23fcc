#include "config/syntax.h"

#include <glib.h>
#include <string.h>

static unsigned line_of_offset(const char *text, size_t bytes, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < offset && i < bytes; i++)
		line += text[i] == '\n';
	return line;
}

void dm_syntax_tell(const yaml_parser_t *parser, const char *text, size_t bytes,
		    struct dm_mistakes *mistakes)
{
	const char *problem = parser->problem ? parser->problem : "cannot be read";

	if (parser->error == YAML_READER_ERROR) {
		dm_mistakes_add(mistakes, line_of_offset(text, bytes, parser->problem_offset), "",
				"not valid text (%s); save the file as UTF-8", problem);
		return;
	}
	if (strstr(problem, "character that cannot start any token") && memchr(text, '\t', bytes))
		problem = "found a tab; YAML is indented with spaces only";

	const unsigned line = (unsigned)parser->problem_mark.line + 1;
	const unsigned context_line = (unsigned)parser->context_mark.line + 1;
	GString *context = g_string_new(parser->context);

	if (parser->context && context_line != line)
		g_string_append_printf(context, " that begins on line %u", context_line);
	dm_mistakes_add(
		mistakes, line, "",
		"not valid YAML: %s%s%s; check the indentation, the colons and the quotes here and above",
		context->str, *context->str ? ", " : "", problem);
	g_string_free(context, TRUE);
}

void dm_syntax_check_single_document(yaml_parser_t *parser, const char *text, size_t bytes,
				     struct dm_mistakes *mistakes)
{
	yaml_document_t document;

	if (!yaml_parser_load(parser, &document)) {
		dm_syntax_tell(parser, text, bytes, mistakes);
		return;
	}
	if (yaml_document_get_root_node(&document))
		dm_mistakes_add(
			mistakes, (unsigned)document.start_mark.line + 1, "",
			"a second document begins here; remove the line \"---\", or make a file of it");
	yaml_document_delete(&document);
}
