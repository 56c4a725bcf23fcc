// A plenary's source outside the relay: flash and beep once a second, as MPEG-TS over UDP.
import { createSocket } from 'node:dgram';
import { Program } from '../interop/relay.mjs';

/** A UDP port that is free now. */
export async function freeUdpPort() {
	const socket = createSocket('udp4');
	await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
	const { port } = socket.address();
	await new Promise((resolve) => socket.close(resolve));
	return port;
}

const frameRate = 25;
const flash = `drawbox=c=white:t=fill:enable='lt(mod(n\\,${frameRate})\\,2)'`; // two frames, as test:flash
const beep = "aevalsrc=exprs='if(lt(mod(t\\,1)\\,0.06)\\,0.5*sin(2*PI*1000*t)\\,0)':s=48000";

/** Starts ffmpeg; it sends in real time until it is stopped. */
export function sendFlashAndBeep(port) {
	return new Program('ffmpeg', [
		...'-nostdin -loglevel error -re -f lavfi -i'.split(' '), `color=c=black:s=320x180:r=${frameRate},${flash}`,
		...'-re -f lavfi -i'.split(' '), beep,
		...`-c:v libx264 -preset ultrafast -tune zerolatency -g ${frameRate} -pix_fmt yuv420p -b:v 300k`.split(' '),
		...'-c:a aac -b:a 96k -muxdelay 0.1 -muxpreload 0.1 -f mpegts'.split(' '), `udp://127.0.0.1:${port}?pkt_size=1316`,
	]);
}

/** What the floor's state is now, by the public API. */
export async function floorState(relay, room) {
	const event = await (await relay.get('/api/event')).json();
	return event.rooms.find(({ id }) => id === room).floor.state;
}
