#include "config/outline.h"

#include "config/form.h"
#include "config/nearest.h"
#include "config/syntax.h"

#include <glib.h>
#include <string.h>
#include <yaml.h>

#define KEYS_MAX 16 /* of one mapping of the schema */

struct dm_outline {
	GArray *entries;     /* struct dm_outline_entry */
	GHashTable *by_path; /* path -> index + 1; the entries own the paths */
	GStringChunk *texts; /* owns the texts and paths */
	GString *sound;      /* nullable */
};

struct walk {
	struct dm_outline *outline;
	struct dm_mistakes *mistakes;
	yaml_document_t document;
	bool pruned; /* the document is no longer what the file says */
};

enum verdict { KEEP, CUT };

static enum verdict walk_value(struct walk *walk, int id, const cyaml_schema_value_t *schema,
			       const char *path);

/* Nodes move when one is added, so they are looked up by number each time. */
static yaml_node_t *node_at(struct walk *walk, int id)
{
	return yaml_document_get_node(&walk->document, id);
}

static const char *node_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

static unsigned node_line(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

/* YAML 1.1's null: nothing, or "~" or "null" without quotes. */
static bool node_is_null(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*node_text(node) || strcmp(node_text(node), "~") == 0 ||
		strcmp(node_text(node), "null") == 0);
}

static void note(struct dm_outline *outline, const char *path, const char *text, unsigned line)
{
	const struct dm_outline_entry entry = {
		.path = g_string_chunk_insert(outline->texts, path),
		.text = text ? g_string_chunk_insert(outline->texts, text) : NULL,
		.line = line,
	};

	g_array_append_val(outline->entries, entry);
	g_hash_table_insert(outline->by_path, (void *)(uintptr_t)entry.path,
			    GUINT_TO_POINTER(outline->entries->len));
}

static const cyaml_schema_field_t *find_field(const cyaml_schema_value_t *schema, const char *key)
{
	for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
		if (strcmp(field->key, key) == 0)
			return field;
	}
	return NULL;
}

static bool mapping_has_key(struct walk *walk, int id, const char *key)
{
	const yaml_node_t *mapping = node_at(walk, id);

	for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
	     pair < mapping->data.mapping.pairs.top; pair++) {
		const yaml_node_t *other = node_at(walk, pair->key);

		if (other->type == YAML_SCALAR_NODE && strcmp(node_text(other), key) == 0)
			return true;
	}
	return false;
}

static void tell_unknown_key(struct walk *walk, int mapping, const char *key, unsigned line,
			     const cyaml_schema_value_t *schema, const char *path,
			     const char *above)
{
	const char *known[KEYS_MAX];
	size_t count = 0;
	GString *list = g_string_new(NULL);

	for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key && count < KEYS_MAX;
	     f++) {
		g_string_append_printf(list, "%s%s", count > 0 ? ", " : "", f->key);
		known[count++] = f->key;
	}

	const char *nearest = dm_nearest_word(key, known, count);

	if (nearest) {
		dm_mistakes_add(walk->mistakes, line, path, "unknown key; did you mean '%s'?",
				nearest);
		if (!mapping_has_key(walk, mapping, nearest))
			dm_mistakes_excuse(
				walk->mistakes,
				dm_key_path("%s%s%s", above, *above ? "." : "", nearest).text);
	} else {
		dm_mistakes_add(walk->mistakes, line, path, "unknown key; known here are: %s",
				list->str);
	}
	g_string_free(list, TRUE);
}

/* One "key: value" of a mapping. */
static enum verdict walk_pair(struct walk *walk, int mapping, const yaml_node_pair_t *pair,
			      const cyaml_schema_value_t *schema, const char *above)
{
	const yaml_node_t *key_node = node_at(walk, pair->key);
	const unsigned line = node_line(key_node);

	if (key_node->type != YAML_SCALAR_NODE) {
		dm_mistakes_add(walk->mistakes, line, above,
				"a key is not a plain word; write \"key: value\"");
		return CUT;
	}

	const char *key = node_text(key_node);
	const struct dm_key_path path = dm_key_path("%s%s%s", above, *above ? "." : "", key);
	const bool titles = schema->type == CYAML_IGNORE;
	const cyaml_schema_field_t *field = titles ? NULL : find_field(schema, key);
	const unsigned first_line = dm_outline_has(walk->outline, path.text)
					    ? dm_outline_line(walk->outline, path.text)
					    : 0;

	if (first_line > 0) {
		dm_mistakes_add(walk->mistakes, line, path.text,
				"is given twice, first on line %u; remove one of the two",
				first_line);
		return CUT;
	}
	if (!field && !titles) {
		tell_unknown_key(walk, mapping, key, line, schema, path.text, above);
		return CUT;
	}
	if (!titles && node_is_null(node_at(walk, pair->value)))
		return CUT; /* "key:" with nothing behind it is not given, and no mistake */

	const yaml_node_t *value = node_at(walk, pair->value);

	note(walk->outline, path.text, value->type == YAML_SCALAR_NODE ? node_text(value) : NULL,
	     line);
	if (!titles)
		return walk_value(walk, pair->value, &field->value, path.text);
	if (value->type != YAML_SCALAR_NODE)
		dm_mistakes_add(walk->mistakes, line, path.text,
				"is no text; write the title in quotes");
	return KEEP; /* libcyaml does not look at titles */
}

static void walk_mapping(struct walk *walk, int id, const cyaml_schema_value_t *schema,
			 const char *path)
{
	const yaml_node_t *node = node_at(walk, id);
	const size_t count = (size_t)(node->data.mapping.pairs.top -
				      node->data.mapping.pairs.start);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const yaml_node_pair_t pair = node_at(walk, id)->data.mapping.pairs.start[i];

		if (walk_pair(walk, id, &pair, schema, path) == KEEP)
			node_at(walk, id)->data.mapping.pairs.start[kept++] = pair;
	}
	node = node_at(walk, id);
	if (kept < count) {
		node_at(walk, id)->data.mapping.pairs.top = node->data.mapping.pairs.start + kept;
		walk->pruned = true;
	}
}

/* An item that is cut leaves something empty of its type, so that the others keep their numbers. */
static int empty_value(struct walk *walk, const cyaml_schema_value_t *schema)
{
	if (schema->type == CYAML_MAPPING)
		return yaml_document_add_mapping(&walk->document, NULL, YAML_FLOW_MAPPING_STYLE);
	return yaml_document_add_scalar(&walk->document, NULL, (const yaml_char_t *)"", 0,
					YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static void walk_sequence(struct walk *walk, int id, const cyaml_schema_value_t *schema,
			  const char *above)
{
	const yaml_node_t *node = node_at(walk, id);
	const size_t count = (size_t)(node->data.sequence.items.top -
				      node->data.sequence.items.start);

	for (size_t i = 0; i < count; i++) {
		const int item = node_at(walk, id)->data.sequence.items.start[i];
		const yaml_node_t *value = node_at(walk, item);
		const struct dm_key_path path = dm_key_path("%s[%zu]", above, i);

		note(walk->outline, path.text,
		     value->type == YAML_SCALAR_NODE ? node_text(value) : NULL, node_line(value));

		const bool null = node_is_null(value);

		if (null)
			dm_mistakes_add(walk->mistakes, node_line(value), path.text,
					"is empty; write %s, or remove the \"-\"",
					dm_form_name(schema->sequence.entry));
		if (null || walk_value(walk, item, schema->sequence.entry, path.text) == CUT) {
			const int empty = empty_value(walk, schema->sequence.entry);

			node_at(walk, id)->data.sequence.items.start[i] = empty;
			walk->pruned = true;
		}
	}
}

static enum verdict walk_value(struct walk *walk, int id, const cyaml_schema_value_t *schema,
			       const char *path)
{
	static const char *const names[] = {
		[YAML_SCALAR_NODE] = "a plain value",
		[YAML_SEQUENCE_NODE] = "a list",
		[YAML_MAPPING_NODE] = "a mapping (\"key: value\")",
	};
	const yaml_node_t *node = node_at(walk, id);
	const bool mapping = schema->type == CYAML_MAPPING || schema->type == CYAML_IGNORE;
	char message[512];

	if (node->type == YAML_MAPPING_NODE && mapping) {
		walk_mapping(walk, id, schema, path);
		return KEEP;
	}
	if (node->type == YAML_SEQUENCE_NODE && schema->type == CYAML_SEQUENCE) {
		walk_sequence(walk, id, schema, path);
		return KEEP;
	}
	if (node->type == YAML_SCALAR_NODE && !mapping && schema->type != CYAML_SEQUENCE) {
		if (dm_form_check(schema, node_text(node), message, sizeof(message)))
			return KEEP;
		dm_mistakes_add(walk->mistakes, node_line(node), path, "%s", message);
		return CUT;
	}
	dm_mistakes_add(walk->mistakes, dm_outline_line(walk->outline, path), path,
			"is %s; write %s", names[node->type], dm_form_name(schema));
	return CUT;
}

static int append_sound(void *user, unsigned char *data, size_t bytes)
{
	g_string_append_len(user, (const char *)data, (gssize)bytes);
	return 1;
}

/* Writes the pruned document out again; it is used up. */
static void write_sound(struct dm_outline *outline, yaml_document_t *document)
{
	yaml_emitter_t emitter;

	outline->sound = g_string_new(NULL);
	if (!yaml_emitter_initialize(&emitter)) {
		yaml_document_delete(document);
		return;
	}
	yaml_emitter_set_output(&emitter, append_sound, outline->sound);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_open(&emitter);
	yaml_emitter_dump(&emitter, document);
	yaml_emitter_close(&emitter);
	yaml_emitter_delete(&emitter);
}

/* Uses the document up. */
static void read_document(struct walk *walk, yaml_parser_t *parser, const char *text, size_t bytes,
			  const cyaml_schema_value_t *schema)
{
	const yaml_node_t *root = yaml_document_get_root_node(&walk->document);

	if (!root || node_is_null(root)) {
		dm_mistakes_add(walk->mistakes, 1, "",
				"the file is empty; write at least \"event:\" and \"rooms:\"");
		yaml_document_delete(&walk->document);
		return;
	}
	dm_syntax_check_single_document(parser, text, bytes, walk->mistakes);
	if (walk_value(walk, 1, schema, "") == KEEP &&
	    walk->pruned) { /* libyaml's root is node 1 */
		write_sound(walk->outline, &walk->document);
		return;
	}
	if (!walk->pruned && root->type == YAML_MAPPING_NODE)
		walk->outline->sound = g_string_new_len(text, (gssize)bytes);
	yaml_document_delete(&walk->document);
}

struct dm_outline *dm_outline_create(const char *text, size_t bytes,
				     const cyaml_schema_value_t *schema,
				     struct dm_mistakes *mistakes)
{
	struct dm_outline *outline = g_new0(struct dm_outline, 1);
	struct walk walk = { .outline = outline, .mistakes = mistakes };
	yaml_parser_t parser;

	outline->entries = g_array_new(FALSE, FALSE, sizeof(struct dm_outline_entry));
	outline->by_path = g_hash_table_new(g_str_hash, g_str_equal);
	outline->texts = g_string_chunk_new(4096);
	if (!yaml_parser_initialize(&parser)) {
		dm_mistakes_add(mistakes, 0, "", "cannot be read: memory is out");
		return outline;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
	if (yaml_parser_load(&parser, &walk.document))
		read_document(&walk, &parser, text, bytes, schema);
	else
		dm_syntax_tell(&parser, text, bytes, mistakes);
	yaml_parser_delete(&parser);
	return outline;
}

void dm_outline_destroy(struct dm_outline *outline)
{
	if (!outline)
		return;
	if (outline->sound)
		g_string_free(outline->sound, TRUE);
	g_string_chunk_free(outline->texts);
	g_hash_table_destroy(outline->by_path);
	g_array_free(outline->entries, TRUE);
	g_free(outline);
}

const char *dm_outline_sound_text(const struct dm_outline *outline, size_t *bytes)
{
	*bytes = outline->sound ? outline->sound->len : 0;
	return outline->sound ? outline->sound->str : NULL;
}

const struct dm_outline_entry *dm_outline_find(const struct dm_outline *outline, const char *path)
{
	const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(outline->by_path, path));

	return n > 0 ? dm_outline_entry(outline, n - 1) : NULL;
}

bool dm_outline_has(const struct dm_outline *outline, const char *path)
{
	return dm_outline_find(outline, path) != NULL;
}

unsigned dm_outline_line(const struct dm_outline *outline, const char *path)
{
	struct dm_key_path above = dm_key_path("%s", path);

	do {
		const struct dm_outline_entry *entry = dm_outline_find(outline, above.text);

		if (entry)
			return entry->line;
	} while (dm_key_path_rise(&above));
	return 1;
}

size_t dm_outline_count(const struct dm_outline *outline)
{
	return outline->entries->len;
}

const struct dm_outline_entry *dm_outline_entry(const struct dm_outline *outline, size_t n)
{
	return &g_array_index(outline->entries, struct dm_outline_entry, n);
}
