#include "ingest/elements.h"
#include "base/log.h"

#include <errno.h>
#include <gst/gst.h>

#define CORE  "libgstreamer1.0-0"
#define BASE  "gstreamer1.0-plugins-base"
#define GOOD  "gstreamer1.0-plugins-good"
#define BAD   "gstreamer1.0-plugins-bad"
#define UGLY  "gstreamer1.0-plugins-ugly"
#define LIBAV "gstreamer1.0-libav"

/* Debian 12's packages. The decoders are those of what plenary sources mostly carry; decodebin
 * finds more where they are installed. */
static const struct {
	const char *name;
	const char *package;
} elements[] = {
	{ "queue", CORE },           { "tee", CORE },          { "capsfilter", CORE },
	{ "fakesink", CORE },        { "filesrc", CORE },      { "appsrc", BASE },
	{ "appsink", BASE },         { "decodebin", BASE },    { "audioconvert", BASE },
	{ "audioresample", BASE },   { "videoconvert", BASE }, { "videoscale", BASE },
	{ "x264enc", UGLY },         { "rtph264pay", GOOD },   { "udpsrc", GOOD },
	{ "rtpjitterbuffer", GOOD }, { "rtpmp2tdepay", GOOD }, { "rtpL16depay", GOOD },
	{ "rtpL24depay", GOOD },     { "rtspsrc", GOOD },      { "qtdemux", GOOD },
	{ "matroskademux", GOOD },   { "flvdemux", GOOD },     { "wavparse", GOOD },
	{ "mpg123audiodec", GOOD },  { "vp8dec", GOOD },       { "h264parse", BAD },
	{ "aacparse", GOOD },        { "tsdemux", BAD },       { "srtsrc", BAD },
	{ "rtmp2src", BAD },         { "opusdec", BASE },      { "avdec_h264", LIBAV },
	{ "avdec_aac", LIBAV },      { "rtpbin", GOOD },       { "rtpopusdepay", GOOD },
	{ "rtph264depay", GOOD },    { "rtpvp8depay", GOOD },  { "jpegenc", GOOD },
};

int dm_elements_check(void)
{
	int result = 0;

	for (size_t n = 0; n < sizeof(elements) / sizeof(elements[0]); n++) {
		GstElementFactory *factory = gst_element_factory_find(elements[n].name);

		if (factory) {
			gst_object_unref(factory);
			continue;
		}
		dm_log(DM_LOG_ERROR, "ingest.element_missing", "element=%s package=%s",
		       elements[n].name, elements[n].package);
		result = -ENOENT;
	}
	return result;
}
