/** Whether a sound is fit for interpretation, and why not, in English: the list of keys that the other languages follow. */

const messages = {
	'fitness.good': 'Good',
	'fitness.poor': 'Poor',
	'fitness.unfit': 'Not fit',
	'fitness.unknown': 'Not measured',

	'fitness.telephone': 'The sound is cut at {number} kHz: a telephone or a Bluetooth headset.',
	'fitness.narrow': 'The sound is cut at {number} kHz: it lacks its upper part.',
	'fitness.coded': 'The sound is squeezed into {number} kbit/s on its way: speech is blurred.',
	'fitness.clipped': 'The sound is distorted: its peaks are cut off.',
	'fitness.noisy': 'Speech is only {number} dB above the noise.',
	'fitness.gaps': '{number} of the sound is lost on its way.',

	'fitness.do.telephone': 'Use a wired headset.',
	'fitness.do.narrow': 'Use another microphone, or a wired headset.',
	'fitness.do.coded': 'Set the sender to 32 kbit/s or more, or use a better connection.',
	'fitness.do.clipped': 'Turn the microphone’s level down, or speak from further away.',
	'fitness.do.noisy': 'Come closer to the microphone, and close doors and windows.',
	'fitness.do.gaps': 'Use a network cable instead of Wi-Fi.',

	'fitness.own.poor': 'Your sound is poor.',
	'fitness.own.unfit': 'Your sound is not fit for listeners.',
	'fitness.own.good': 'Your sound is good again.',
	'fitness.floor.poor': 'The floor’s sound is poor.',
	'fitness.floor.unfit': 'The floor’s sound is not fit for interpretation.',
	'fitness.floor.good': 'The floor’s sound is good again.',
};

/** @typedef {Readonly<Record<keyof typeof messages, string>>} Messages */

export default messages;
