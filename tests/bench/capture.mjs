// RTP on the loopback interface with the kernel's own times: what the programs at its ends need does
// not count. The media's header is in the clear (RFC 3711, 3.1). Needs root and tcpdump.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, until } from '../interop/relay.mjs';

const fileHeader = 24, recordHeader = 16, ethernet = 14, udpBytes = 8, rtpBytes = 12; // pcap-savefile(5)
const ipv4 = 0x0800, udp = 17;

/** One captured frame: {at (ms), ssrc, sequence}, or null when it is no RTP over UDP and IPv4. */
function rtpOf(frame, at) {
	if (frame.length < ethernet + 20 || frame.readUInt16BE(12) !== ipv4 || frame[ethernet + 9] !== udp) return null;
	const rtp = ethernet + (frame[ethernet] & 0xf) * 4 + udpBytes;
	// Version 2; payload types 64 to 95 are RTCP's (RFC 5761, 4).
	if (frame.length < rtp + rtpBytes || frame[rtp] >> 6 !== 2 || ((frame[rtp + 1] & 0x7f) >= 64 && (frame[rtp + 1] & 0x7f) < 96)) return null;
	return { at, ssrc: frame.readUInt32BE(rtp + 8), sequence: frame.readUInt16BE(rtp + 2) };
}

/** Whether this process may capture. */
export const canCapture = process.getuid?.() === 0;

export class Capture {
	static async start() {
		const capture = new Capture();
		capture.folder = await mkdtemp(join(tmpdir(), 'dragoman-capture-'));
		capture.path = join(capture.folder, 'lo.pcap');
		capture.program = new Program('tcpdump', [
			'-i', 'lo', '-n', '-s', '96', '--immediate-mode', '--time-stamp-precision', 'nano', '-Z', 'root', '-w', capture.path, 'udp',
		]);
		await until('tcpdump listens', () => /listening on/.test(capture.program.err));
		return capture;
	}

	/** Ends it; resolves with its packets of RTP as they came. */
	async stop() {
		await this.program.stop('SIGINT');
		const data = await readFile(this.path);
		await rm(this.folder, { recursive: true });
		const packets = [];
		for (let at = fileHeader; at + recordHeader <= data.length; ) {
			const bytes = data.readUInt32LE(at + 8);
			const time = data.readUInt32LE(at) * 1e3 + data.readUInt32LE(at + 4) / 1e6;
			packets.push(rtpOf(data.subarray(at + recordHeader, at + recordHeader + bytes), time));
			at += recordHeader + bytes;
		}
		return packets.filter(Boolean);
	}
}
