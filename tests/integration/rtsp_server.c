/* A camera: serves one MP4 file (H.264, AAC) at rtsp://127.0.0.1:PORT/x.
 *
 *   rtsp_server PORT FILE [tcp]
 */
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	gst_init(&argc, &argv);
	if (argc < 3)
		return 2;

	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	GstRTSPServer *server = gst_rtsp_server_new();
	GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
	GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
	char *launch = g_strdup_printf(
		"( filesrc location=%s ! qtdemux name=d "
		"d.video_0 ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 "
		"d.audio_0 ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )",
		argv[2]);

	gst_rtsp_media_factory_set_launch(factory, launch);
	gst_rtsp_media_factory_set_shared(factory, TRUE);
	if (argc > 3)
		gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_TCP);
	gst_rtsp_mount_points_add_factory(mounts, "/x", factory);
	g_object_unref(mounts);
	gst_rtsp_server_set_address(server, "127.0.0.1");
	gst_rtsp_server_set_service(server, argv[1]);
	if (gst_rtsp_server_attach(server, NULL) == 0)
		return 1;
	g_main_loop_run(loop);
	return 0;
}
