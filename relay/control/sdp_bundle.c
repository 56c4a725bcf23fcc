/* relay/control/sdp_bundle.c: what m-sections of one bundle share; see sdp.h */
#include "control/sdp.h"

bool dm_sdp_bundled(const struct dm_sdp *sdp, struct dm_sdp_text mid)
{
	for (size_t i = 0; mid.data && i < sdp->bundle_count; i++) {
		if (dm_sdp_text_equal(sdp->bundle[i], mid))
			return true;
	}
	return false;
}

/* The m-section that speaks for the whole bundle (RFC 8843, 7.2); NULL without a group. */
static const struct dm_sdp_media *tagged_section(const struct dm_sdp *sdp)
{
	for (size_t n = 0; sdp->bundle_count && n < sdp->media_count; n++) {
		if (dm_sdp_text_equal(sdp->media[n].mid, sdp->bundle[0]))
			return &sdp->media[n];
	}
	return NULL;
}

void dm_sdp_transport_of(const struct dm_sdp *sdp, const struct dm_sdp_media *media,
			 struct dm_sdp_transport *transport, bool *rtcp_mux)
{
	const struct dm_sdp_media *tagged = dm_sdp_bundled(sdp, media->mid) ? tagged_section(sdp)
									    : NULL;
	const struct dm_sdp_transport *from[] = { &media->transport, &sdp->transport,
						  tagged ? &tagged->transport : NULL };
	struct dm_sdp_transport merged = { 0 };

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]) && from[i]; i++) {
		if (!merged.ufrag.data)
			merged.ufrag = from[i]->ufrag;
		if (!merged.pwd.data)
			merged.pwd = from[i]->pwd;
		if (!merged.fingerprint.bytes)
			merged.fingerprint = from[i]->fingerprint;
		if (merged.setup == DM_SDP_SETUP_NONE)
			merged.setup = from[i]->setup;
	}
	*transport = merged;
	*rtcp_mux = media->rtcp_mux || (tagged && tagged->rtcp_mux);
}
