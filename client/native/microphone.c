#include "microphone.h"

#include <stdio.h>
#include <string.h>

#define NAME "microphone"

static GstElement *find(GList *devices, const char *name)
{
	GstElement *element = NULL;

	for (GList *at = devices; at && !element; at = at->next) {
		char *shown = gst_device_get_display_name(at->data);

		if (strstr(shown, name))
			element = gst_device_create_element(at->data, NAME);
		g_free(shown);
	}
	return element;
}

static void tell(GList *devices, const char *name)
{
	fprintf(stderr, "there is no microphone '%s'%s\n", name,
		devices ? "; there are:" : ", nor any other");
	for (GList *at = devices; at; at = at->next) {
		char *shown = gst_device_get_display_name(at->data);

		fprintf(stderr, "  %s\n", shown);
		g_free(shown);
	}
}

GstElement *dm_microphone_open(const char *name)
{
	GstDeviceMonitor *monitor;
	GstElement *element;
	GList *devices;

	if (!name) {
		element = gst_element_factory_make("autoaudiosrc", NAME);
		if (!element)
			fputs("GStreamer has no autoaudiosrc: install gstreamer1.0-plugins-good\n",
			      stderr);
		return element;
	}
	monitor = gst_device_monitor_new();
	gst_device_monitor_add_filter(monitor, "Audio/Source", NULL);
	gst_device_monitor_start(monitor);
	devices = gst_device_monitor_get_devices(monitor);
	element = find(devices, name);
	if (!element)
		tell(devices, name);
	g_list_free_full(devices, gst_object_unref);
	gst_device_monitor_stop(monitor);
	gst_object_unref(monitor);
	return element;
}

bool dm_microphone_is(GstObject *object)
{
	for (; object; object = GST_OBJECT_PARENT(object))
		if (strcmp(GST_OBJECT_NAME(object), NAME) == 0)
			return true;
	return false;
}
