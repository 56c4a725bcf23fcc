#include "app/obstacle.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>

/* One listening side, and where it is set. */
struct side {
	const char *what;
	const char *ports;   /* "TCP port 8080" */
	const char *address; /* nullable */
	const char *key;     /* of the configuration: "server.http" */
	const char *option;
	const char *tool; /* that shows who has the port */
};

static void explain(const struct side *side, int error, char *message, size_t size)
{
	switch (error) {
	case -EADDRINUSE:
		snprintf(
			message, size,
			"%s is in use by another program: stop that (%s shows it), or choose another with %s.port or %s",
			side->ports, side->tool, side->key, side->option);
		return;
	case -EACCES:
		snprintf(
			message, size,
			"%s may not be used: ports below 1024 need CAP_NET_BIND_SERVICE; choose another with %s.port or %s",
			side->ports, side->key, side->option);
		return;
	case -EADDRNOTAVAIL:
		snprintf(
			message, size,
			"%s.address: %s is no address of this machine: write one that 'ip address' lists, or leave the key out for all",
			side->key, side->address ? side->address : "");
		return;
	default:
		snprintf(message, size, "%s cannot start on %s%s%s: %s; see the lines above and %s",
			 side->what, side->ports, side->address ? " of " : "",
			 side->address ? side->address : "", g_strerror(-error), side->key);
	}
}

void dm_obstacle_explain_media(const struct dm_transport_options *options, int error, char *message,
			       size_t size)
{
	const unsigned first = options->first_port;
	const unsigned count = options->workers ? options->workers : g_get_num_processors();
	char ports[64];

	if (count > 1 && first > 0)
		snprintf(ports, sizeof(ports), "one of the UDP ports %u to %u", first,
			 first + count - 1);
	else
		snprintf(ports, sizeof(ports), "UDP port %u", first);

	const struct side side = {
		.what = "the media transport",
		.ports = ports,
		.address = options->address,
		.key = "server.media",
		.option = "--media-port",
		.tool = "ss -lunp",
	};

	explain(&side, error, message, size);
}

void dm_obstacle_explain_web(const struct dm_control_options *options, int error, char *message,
			     size_t size)
{
	char ports[64];

	snprintf(ports, sizeof(ports), "TCP port %u", options->port);

	const struct side side = {
		.what = "the web side",
		.ports = ports,
		.address = options->address,
		.key = "server.http",
		.option = "--http-port",
		.tool = "ss -ltnp",
	};

	if (error == -ENOENT)
		snprintf(
			message, size,
			"the certificate, its key or the pages cannot be read: the line above names the file; see server.tls and server.http.web");
	else
		explain(&side, error, message, size);
}
