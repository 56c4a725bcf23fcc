// Sources for tests, made by ffmpeg: a picture and a voice, whole and broken.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { voiceFile } from './voices.mjs';

const seconds = 30; // and then again: of whole periods
const size = 'size=160x90:rate=25';
const pictures = {
	moving: `testsrc2=${size}`,
	frozen: `testsrc2=${size},trim=end_frame=1,loop=loop=-1:size=1,setpts=N/25/TB`,
	black: `color=black:${size}`,
};

function make(path, picture, sound, codec) {
	execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, ...sound, '-map', '0:v', '-map', '1:a', '-t', String(seconds),
		'-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50', '-c:a', codec, '-y', path]);
	return path;
}

/** A voice, and a picture: moving, frozen or black. `kind`: mkv, or ts to be sent. */
export const film = (folder, name, kind = 'mkv') => make(join(folder, `${name}.${kind}`), pictures[name], ['-stream_loop', '-1', '-i', voiceFile('en')], kind === 'ts' ? 'aac' : 'pcm_s16le');

/** A white flash and a beep every `period` seconds, the beep so much later (below 0: earlier). */
export function flashes(folder, lateMs, period) {
	const picture = `color=black:${size},drawbox=color=white:t=fill:enable='lt(mod(t,${period}),0.1)'`;
	const since = `mod(t+${period}-${lateMs / 1000}\\,${period})`;
	return make(join(folder, `flashes${lateMs}.mkv`), picture, ['-f', 'lavfi', '-i', `aevalsrc='0.3*sin(2*PI*1000*t)*lt(${since}\\,0.1)':s=48000`], 'pcm_s16le');
}
