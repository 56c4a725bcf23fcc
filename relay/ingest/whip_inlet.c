#include "ingest/whip_inlet.h"

#include "rtp/rtcp.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* What waits to be decoded at most: half a second of 8 Mbit/s. Choice. */
#define WAITING_BYTES (512 * 1024)

#define REPORT_BYTES 64

struct lane {
	GstAppSrc *rtp; /* owned references; NULL: no attempt */
	GstAppSrc *rtcp;
	bool begun; /* with: */
	uint32_t ssrc;
	enum dm_codec codec;
	bool ended;
};

struct dm_whip_inlet {
	GMutex lock;
	struct lane lanes[DM_FORWARD_MEDIA];
	_Atomic bool key_wanted;
};

int dm_whip_inlet_create(struct dm_whip_inlet **out)
{
	struct dm_whip_inlet *inlet = g_try_new0(struct dm_whip_inlet, 1);

	*out = inlet;
	if (!inlet)
		return -ENOMEM;
	g_mutex_init(&inlet->lock);
	return 0;
}

void dm_whip_inlet_destroy(struct dm_whip_inlet *inlet)
{
	if (!inlet)
		return;
	dm_whip_inlet_detach(inlet);
	g_mutex_clear(&inlet->lock);
	g_free(inlet);
}

void dm_whip_inlet_attach(struct dm_whip_inlet *inlet, enum dm_forward_medium medium,
			  GstAppSrc *rtp, GstAppSrc *rtcp)
{
	struct lane *lane = &inlet->lanes[medium];

	g_mutex_lock(&inlet->lock);
	*lane = (struct lane){ .rtp = gst_object_ref(rtp), .rtcp = gst_object_ref(rtcp) };
	g_mutex_unlock(&inlet->lock);
}

void dm_whip_inlet_detach(struct dm_whip_inlet *inlet)
{
	struct lane lanes[DM_FORWARD_MEDIA];

	g_mutex_lock(&inlet->lock);
	memcpy(lanes, inlet->lanes, sizeof(lanes));
	memset(inlet->lanes, 0, sizeof(inlet->lanes));
	g_mutex_unlock(&inlet->lock);
	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++) {
		gst_clear_object(&lanes[n].rtp);
		gst_clear_object(&lanes[n].rtcp);
	}
}

static GstCaps *caps_of(enum dm_codec codec, uint8_t payload_type)
{
	static const struct {
		const char *media;
		const char *name;
		gint rate_hz;
	} codecs[] = {
		[DM_CODEC_OPUS] = { "audio", "OPUS", 48000 },
		[DM_CODEC_H264] = { "video", "H264", 90000 },
		[DM_CODEC_VP8] = { "video", "VP8", 90000 },
	};

	return gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, codecs[codec].media,
				   "encoding-name", G_TYPE_STRING, codecs[codec].name, "clock-rate",
				   G_TYPE_INT, codecs[codec].rate_hz, "payload", G_TYPE_INT,
				   (gint)payload_type, NULL);
}

/* Under the lock. Every lane ends, so that the attempt does. */
static void end(struct dm_whip_inlet *inlet)
{
	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++) {
		struct lane *lane = &inlet->lanes[n];

		if (lane->rtp && !lane->ended) {
			gst_app_src_end_of_stream(lane->rtp);
			gst_app_src_end_of_stream(lane->rtcp);
			lane->ended = true;
		}
	}
}

/* Under the lock. False: the packet is for another attempt. */
static bool begin(struct dm_whip_inlet *inlet, struct lane *lane, enum dm_codec codec,
		  const struct dm_intake_packet *packet)
{
	if (!lane->rtp || lane->ended)
		return false;
	if (!lane->begun) {
		GstCaps *caps = caps_of(codec, packet->payload_type);

		lane->begun = true;
		lane->ssrc = packet->ssrc;
		lane->codec = codec;
		gst_app_src_set_caps(lane->rtp, caps);
		gst_caps_unref(caps);
	}
	if (lane->ssrc == packet->ssrc && lane->codec == codec)
		return true;
	end(inlet);
	return false;
}

static void push(GstAppSrc *source, const uint8_t *header, size_t header_bytes,
		 const uint8_t *payload, size_t payload_bytes)
{
	GstBuffer *buffer;

	if (gst_app_src_get_current_level_bytes(source) > WAITING_BYTES)
		return;
	buffer = gst_buffer_new_allocate(NULL, header_bytes + payload_bytes, NULL);
	gst_buffer_fill(buffer, 0, header, header_bytes);
	gst_buffer_fill(buffer, header_bytes, payload, payload_bytes);
	gst_app_src_push_buffer(source, buffer);
}

void dm_whip_inlet_put(struct dm_whip_inlet *inlet, enum dm_forward_medium medium,
		       enum dm_codec codec, const struct dm_intake_packet *packet)
{
	uint8_t header[DM_RTP_HEADER_BYTES];
	struct dm_writer writer = dm_writer_init(header, sizeof(header));
	struct lane *lane = &inlet->lanes[medium];

	dm_rtp_write_header(&writer, packet->payload_type, packet->marker, packet->sequence,
			    packet->timestamp, packet->ssrc);
	g_mutex_lock(&inlet->lock);
	if (begin(inlet, lane, codec, packet))
		push(lane->rtp, header, sizeof(header), packet->payload, packet->payload_bytes);
	g_mutex_unlock(&inlet->lock);
}

void dm_whip_inlet_put_report(struct dm_whip_inlet *inlet, enum dm_forward_medium medium,
			      const struct dm_intake_report *report)
{
	uint8_t data[REPORT_BYTES];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));
	struct lane *lane = &inlet->lanes[medium];

	dm_rtcp_write_sender_report(&writer, report->ssrc, report->ntp, report->timestamp, 0, 0,
				    NULL, 0);
	/* One name for both media: what says that they share a clock (RFC 3550, 6.5.1). */
	dm_rtcp_write_cname(&writer, report->ssrc, "publisher");
	g_mutex_lock(&inlet->lock);
	if (lane->rtcp && !lane->ended && lane->begun && lane->ssrc == report->ssrc)
		push(lane->rtcp, data, writer.size, NULL, 0);
	g_mutex_unlock(&inlet->lock);
}

void dm_whip_inlet_want_key(struct dm_whip_inlet *inlet)
{
	atomic_store_explicit(&inlet->key_wanted, true, memory_order_relaxed);
}

bool dm_whip_inlet_take_key_wish(struct dm_whip_inlet *inlet)
{
	return atomic_load_explicit(&inlet->key_wanted, memory_order_relaxed) &&
	       atomic_exchange_explicit(&inlet->key_wanted, false, memory_order_relaxed);
}
