/** Sound as a file that Chromium takes for a microphone: RIFF WAVE, 16 bits, mono. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param {Float32Array} samples @returns {{ path: string, remove: () => void }} */
export function soundFile(samples, rate = 48_000) {
	const folder = mkdtempSync(join(tmpdir(), 'dragoman-'));
	const path = join(folder, 'sound.wav');
	const file = Buffer.alloc(44 + 2 * samples.length);

	file.write('RIFF', 0);
	file.writeUInt32LE(36 + 2 * samples.length, 4);
	file.write('WAVEfmt ', 8);
	file.writeUInt32LE(16, 16);
	file.writeUInt16LE(1, 20); // PCM
	file.writeUInt16LE(1, 22); // mono
	file.writeUInt32LE(rate, 24);
	file.writeUInt32LE(2 * rate, 28);
	file.writeUInt16LE(2, 32);
	file.writeUInt16LE(16, 34);
	file.write('data', 36);
	file.writeUInt32LE(2 * samples.length, 40);
	samples.forEach((sample, n) => file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32767), 44 + 2 * n));
	writeFileSync(path, file);
	return { path, remove: () => rmSync(folder, { recursive: true }) };
}
