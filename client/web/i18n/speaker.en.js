/** The words of the speaker’s screen, in English: the list of keys that the other languages follow. */

const messages = {
	'speaker.title': 'Speaker’s screen',
	'speaker.slower': 'Slower, please',
	'speaker.slower.one': 'One interpreter asks.',
	'speaker.slower.many': 'Interpreters who ask: {number}',
	'speaker.floor': 'Language spoken now: {language}',
	'speaker.room': 'Choose the room of this screen',
	'speaker.lost': 'No connection. This screen keeps trying.',
	'speaker.refused': 'This screen is not allowed here: {message}',
	'speaker.full': 'Full screen',
};

/** @typedef {Readonly<Record<keyof typeof messages, string>>} Messages */

export default messages;
