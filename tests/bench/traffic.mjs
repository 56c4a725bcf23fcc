// Prepares traffic for bench/fanout: ten seconds of sound and picture as a real encoder sends them by
// RTP, written down with the times of its timestamps (see trace.h).
import { createSocket } from 'node:dgram';
import { writeFile } from 'node:fs/promises';
import { Program } from '../interop/relay.mjs';

export const payloadTypes = { opus: 111, h264: 102 };
const seconds = 10;
const magic = 'dmtrace1';

async function listen() {
	const socket = createSocket('udp4');
	await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
	socket.setRecvBufferSize(4 << 20);
	const packets = [];
	socket.on('message', (data) => packets.push(data));
	return { socket, packets, port: socket.address().port };
}

/** Packets in order, with the time of each since the first by its timestamp; none of a second round. */
function timed(packets, rate) {
	const first = packets[0].readUInt32BE(4);
	return packets.map((data) => ({ data, at: Math.round(((data.readUInt32BE(4) - first) >>> 0) * 1e6 / rate) }))
		.filter(({ at }) => at < seconds * 1e6);
}

function record({ data, at, picture }) {
	const head = Buffer.alloc(7);
	head.writeUInt32BE(at, 0);
	head.writeUInt8(picture, 4);
	head.writeUInt16BE(data.length, 5);
	return Buffer.concat([head, data]);
}

/** What was sent, by medium: packets a second, mean bytes of a packet, bits a second. */
function describe(packets) {
	const bytes = packets.reduce((sum, { data }) => sum + data.length, 0);
	return { packetsPerSecond: packets.length / seconds, meanBytes: Math.round(bytes / packets.length), kbps: Math.round(bytes * 8 / seconds / 1000) };
}

/**
 * Writes the trace to `path`; resolves with what it is. 720p at 25 frames a second with a key frame
 * every two seconds; Opus at a constant rate, of the size that speech at 40 kbit/s has.
 */
export async function prepare(path) {
	const [sound, picture] = [await listen(), await listen()];
	const length = ['-t', String(seconds + 1)];
	const ffmpeg = new Program('ffmpeg', [
		...'-nostdin -loglevel error -re -f lavfi -i'.split(' '), `testsrc2=s=1280x720:r=25,noise=alls=6:allf=t`,
		...'-re -f lavfi -i'.split(' '), `anoisesrc=r=48000:c=pink:a=0.2`, ...length,
		...'-map 0:v -c:v libx264 -preset veryfast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -g 50 -sc_threshold 0'.split(' '),
		...'-b:v 1300k -maxrate 1500k -bufsize 1500k -x264-params sliced-threads=0:slices=1:threads=1'.split(' '),
		...`-payload_type ${payloadTypes.h264} -bsf:v dump_extra -f rtp`.split(' '), `rtp://127.0.0.1:${picture.port}?pkt_size=1150&rtcpport=9`,
		...length, ...'-map 1:a -c:a libopus -b:a 40k -vbr off -frame_duration 20'.split(' '),
		...`-payload_type ${payloadTypes.opus} -f rtp`.split(' '), `rtp://127.0.0.1:${sound.port}?rtcpport=9`,
	]);
	const code = await ffmpeg.finish(60_000);
	sound.socket.close();
	picture.socket.close();
	if (code !== 0) throw new Error(`ffmpeg: ${code} ${ffmpeg.err}`);

	const media = [timed(sound.packets, 48000), timed(picture.packets, 90000)];
	const all = media.flatMap((packets, n) => packets.map((packet) => ({ ...packet, picture: n })))
		.sort((a, b) => a.at - b.at || a.picture - b.picture);
	const head = Buffer.alloc(4);
	head.writeUInt32BE(seconds * 1e6);
	await writeFile(path, Buffer.concat([Buffer.from(magic), head, ...all.map(record)]));
	return { sound: describe(media[0]), picture: describe(media[1]) };
}
