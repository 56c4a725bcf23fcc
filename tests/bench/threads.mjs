// CPU time of a process' threads, to the nanosecond.
import { readdir, readFile } from 'node:fs/promises';

/** What one thread has used: {tid, name, cpuMs}. Undefined when it has ended meanwhile. */
async function thread(pid, tid) {
	try {
		const folder = `/proc/${pid}/task/${tid}`;
		const name = (await readFile(`${folder}/comm`, 'utf8')).trim();
		// The first of three: time on a CPU, in ns (Linux, Documentation/scheduler/sched-stats).
		const cpuMs = Number((await readFile(`${folder}/schedstat`, 'utf8')).split(' ')[0]) / 1e6;
		return { tid: Number(tid), name, cpuMs };
	} catch {
		return undefined;
	}
}

/** Every thread of the process now. */
export async function threads(pid) {
	const all = await Promise.all((await readdir(`/proc/${pid}/task`)).map((tid) => thread(pid, tid)));
	return all.filter(Boolean);
}

/** CPU time of the control thread, which is the first, ms. */
export const controlMs = async (pid) => (await thread(pid, pid)).cpuMs;

/** CPU time by kind of thread ("dm-worker-0" is a "dm-worker"), ms. */
export async function byKind(pid) {
	const sums = {};
	for (const { tid, name, cpuMs } of await threads(pid)) {
		const kind = tid === pid ? 'control' : name.replace(/-?\d+$/, '');
		sums[kind] = (sums[kind] ?? 0) + cpuMs;
	}
	return sums;
}

/** Median and the like of numbers: the value that `part` of them stay at or below. */
export function quantile(values, part) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))];
}
