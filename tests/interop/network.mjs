// A network of its own for a relay: a namespace at the end of two cables, one that may lose packets
// and one that does not. Root; nftables. Traffic goes nowhere else.
import { execFileSync } from 'node:child_process';

const run = (...command) => execFileSync(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

/** Whether this process may make networks. */
export const canMakeNetworks = process.getuid?.() === 0;

let networks = 0;

export class Network {
	/** Addresses of the relay's end: `lossy` and `clean`; and of ours: `lossyHere`. */
	static make() {
		const network = new Network();
		const number = networks++;
		network.name = `dm-${process.pid}-${number}`;
		network.cables = ['lossy', 'clean'].map((kind, i) => {
			// Each network's listeners are another group to the relay: it goes by the first two numbers.
			const subnet = `10.${((process.pid >> 8) + number) % 250}.${process.pid % 250}`;
			const first = number * 8 + i * 4;
			return {
				kind, here: `dmh${number}${i}-${process.pid}`.slice(0, 15), there: kind,
				hereAddress: `${subnet}.${first + 1}`, thereAddress: `${subnet}.${first + 2}`,
			};
		});
		run('ip', 'netns', 'add', network.name);
		process.once('exit', () => network.remove());
		run('ip', '-n', network.name, 'link', 'set', 'lo', 'up');
		for (const { here, there, hereAddress, thereAddress } of network.cables) {
			run('ip', 'link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', network.name);
			run('ip', 'address', 'add', `${hereAddress}/30`, 'dev', here);
			run('ip', 'link', 'set', here, 'up');
			run('ip', '-n', network.name, 'address', 'add', `${thereAddress}/30`, 'dev', there);
			run('ip', '-n', network.name, 'link', 'set', there, 'up');
			if (there === 'lossy') run('ip', '-n', network.name, 'route', 'add', 'default', 'via', hereAddress); // to all of this machine
		}
		network.lossyHere = network.cables[0].hereAddress;
		[network.lossy, network.clean] = network.cables.map(({ thereAddress }) => thereAddress);
		run(...network.prefix, 'nft', 'add', 'table', 'inet', 'loss');
		run(...network.prefix, 'nft', 'add', 'chain', 'inet', 'loss', 'in', '{ type filter hook input priority 0 ; }');
		run(...network.prefix, 'nft', 'add', 'chain', 'inet', 'loss', 'out', '{ type filter hook output priority 0 ; }');
		return network;
	}

	/** What to begin a command with, so that it runs in there. */
	get prefix() {
		return ['ip', 'netns', 'exec', this.name];
	}

	/** How many of a hundred UDP packets that come over the lossy cable are lost from now on. */
	lose(percent) {
		run(...this.prefix, 'nft', 'flush', 'chain', 'inet', 'loss', 'in');
		if (percent <= 0) return;
		const some = percent < 100 ? ['numgen', 'random', 'mod', '1000', '<', String(percent * 10)] : [];
		run(...this.prefix, 'nft', 'add', 'rule', 'inet', 'loss', 'in', 'iifname', 'lossy', 'meta', 'l4proto', 'udp', ...some, 'counter', 'drop');
	}

	/** How many of a hundred UDP packets a firewall drops from now on that leave, by either cable; who sends them is told. */
	loseLeaving(percent) {
		run(...this.prefix, 'nft', 'flush', 'chain', 'inet', 'loss', 'out');
		if (percent > 0)
			run(...this.prefix, 'nft', 'add', 'rule', 'inet', 'loss', 'out', 'oifname', '!=', 'lo', 'meta', 'l4proto', 'udp',
				'numgen', 'random', 'mod', '1000', '<', String(percent * 10), 'counter', 'drop');
	}

	/** Packets that were lost since the last call of lose. */
	get lost() {
		return Number(/packets (\d+)/.exec(run(...this.prefix, 'nft', 'list', 'chain', 'inet', 'loss', 'in'))?.[1] ?? 0);
	}

	remove() {
		if (!this.name) return;
		run('ip', 'netns', 'delete', this.name);
		this.name = '';
	}
}

/** An answer whose candidates are of one address alone, so that media takes that way. */
export const onlyBy = (address) => (sdp) => sdp.split('\r\n')
	.filter((line) => !line.startsWith('a=candidate:') || line.split(' ')[4] === address).join('\r\n');
