#include "config/server.h"

#include "config/security.h"

#include <string.h>

#define HTTP_PORT  8080 /* INTERFACES: the default of the web side */
#define MEDIA_PORT 7000 /* choice: outside the ranges that systems give out by themselves */
#define PORT_MAX   65535
#define HEADER_MAX 64 /* characters; choice */

static uint16_t read_port(struct dm_reading *reading, const char *path, const uint32_t *value,
			  uint16_t otherwise)
{
	if (value && *value > PORT_MAX) {
		dm_reading_complain(
			reading, path,
			"%u is out of range; write a port from 1 to %d, or 0 for one that is free",
			*value, PORT_MAX);
		return otherwise;
	}
	return value ? (uint16_t)*value : otherwise;
}

/* Swapped or wrong files show here, not when the first delegate comes. PEM: RFC 7468, 2. */
static const char *read_pem(struct dm_reading *reading, const char *path, const char *text,
			    const char *label, const char *wanted)
{
	const char *file = dm_reading_file(reading, path, text);
	char *content = NULL;

	if (!file)
		return NULL;
	if (!g_file_get_contents(file, &content, NULL, NULL) || !strstr(content, label)) {
		dm_reading_complain(
			reading, path,
			"'%s' holds no %s in PEM form; name the file that has a line with \"%s\"",
			text, wanted, label);
		file = NULL;
	}
	if (content)
		explicit_bzero(content, strlen(content)); /* it may be the key */
	g_free(content);
	return file;
}

static const char *read_pages(struct dm_reading *reading, const char *path, const char *text)
{
	const char *folder = dm_reading_directory(reading, path, text);
	char *index = folder ? g_build_filename(folder, "index.html", NULL) : NULL;

	if (index && !g_file_test(index, G_FILE_TEST_IS_REGULAR)) {
		dm_reading_complain(
			reading, path,
			"'%s' has no index.html; name the folder of the pages, or leave the key out for the relay's own",
			text);
		folder = NULL;
	}
	g_free(index);
	return folder;
}

/* A token (RFC 9110, 5.6.2). */
static const char *read_header(struct dm_reading *reading, const char *path, const char *text)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	size_t length = 0;

	if (!text)
		return NULL;
	while (text[length] && (g_ascii_isalnum(text[length]) || strchr(marks, text[length])))
		length++;
	if (length == 0 || text[length] || length > HEADER_MAX) {
		dm_reading_complain(
			reading, path,
			"'%s' is no name of a header; write the one in which your proxy names the country, such as CF-IPCountry",
			text);
		return NULL;
	}
	return dm_reading_copy(reading, text);
}

static void read_http(struct dm_reading *reading, struct dm_control_options *options)
{
	const struct dm_yaml_http *http = &reading->yaml->server.http;
	const struct dm_yaml_tls *tls = &reading->yaml->server.tls;

	options->address = dm_reading_address(reading, "server.http.address", http->address);
	options->port = read_port(reading, "server.http.port", http->port, HTTP_PORT);
	options->country_header = read_header(reading, "server.http.country_header",
					      http->country_header);
	options->web_root = read_pages(reading, "server.http.web", http->web);
	options->certificate = read_pem(reading, "server.tls.certificate", tls->certificate,
					"BEGIN CERTIFICATE", "certificate");
	options->private_key = read_pem(reading, "server.tls.key", tls->key, "PRIVATE KEY",
					"private key");
	if (tls->certificate && !tls->key)
		dm_reading_complain(
			reading, "server.tls.key",
			"is missing; write the file of the certificate's private key (PEM)");
	if (tls->key && !tls->certificate)
		dm_reading_complain(
			reading, "server.tls.certificate",
			"is missing; write the file of the certificate and its chain (PEM)");
}

static void read_announced(struct dm_reading *reading, struct dm_transport_options *options)
{
	const struct dm_yaml_media *media = &reading->yaml->server.media;
	const char **announced = dm_reading_allocate(reading, media->announced_count,
						     sizeof(*announced));

	for (unsigned i = 0; i < media->announced_count; i++) {
		const struct dm_key_path path = dm_key_path("server.media.announced[%u]", i);
		const char *text = media->announced[i];

		announced[i] = dm_reading_address(reading, path.text, text);
		if (!announced[i] || g_str_equal(text, "0.0.0.0") || g_str_equal(text, "::"))
			dm_reading_complain(
				reading, path.text,
				"'%s' is no address to send to; write the one that participants reach this machine at",
				text);
	}
	options->announced = announced;
	options->announced_count = media->announced_count;
}

static void read_media(struct dm_reading *reading, struct dm_transport_options *options)
{
	const struct dm_yaml_media *media = &reading->yaml->server.media;

	options->address = dm_reading_address(reading, "server.media.address", media->address);
	options->first_port = read_port(reading, "server.media.port", media->port, MEDIA_PORT);
	options->workers = (uint16_t)dm_reading_number(reading, "server.media.workers",
						       media->workers, 0, 0, DM_WORKERS_MAX);
	options->sender = media->sender > 0 ? (enum dm_transport_way)(media->sender - 1)
					    : DM_TRANSPORT_UDP;
	read_announced(reading, options);

	/* Each worker takes a port of its own, one after another. */
	if (options->first_port > 0 && options->first_port + options->workers > PORT_MAX + 1)
		dm_reading_complain(
			reading, "server.media.port",
			"%u workers do not fit between port %u and %d; write at most %d",
			options->workers, options->first_port, PORT_MAX,
			PORT_MAX + 1 - options->workers);
}

void dm_server_read(struct dm_reading *reading, struct dm_config *config)
{
	const struct dm_yaml_log *log = &reading->yaml->server.log;

	read_http(reading, &config->control);
	read_media(reading, &config->transport);
	config->data_directory = dm_reading_directory(reading, "server.data",
						      reading->yaml->server.data);
	dm_security_read(reading, config->data_directory, &config->control.security);
	config->log_level = log->level > 0 ? (enum dm_log_level)(log->level - 1) : DM_LOG_INFO;
	config->log_format = log->format > 0 ? (enum dm_log_format)(log->format - 1)
					     : DM_LOG_KEY_VALUE;
}
