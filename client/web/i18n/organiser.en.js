/** The words of the organiser’s page, in English: the list of keys that the other languages follow. */

const messages = {
	'organiser.title': 'Organiser',
	'organiser.rooms': 'All rooms',
	'organiser.relay': 'The server itself',
	'organiser.watch': 'Listening, alarms and events',
	'organiser.notify': 'Message',
	'organiser.mint': 'New link',
	'organiser.report': 'Report',
	'organiser.theme': 'Light colours',
	'organiser.lost': 'No connection to the server. Nothing on this page is of now; it keeps trying.',
	'organiser.denied': 'This page is not allowed here: {message}',

	'okey.overview': 'Go to all rooms',
	'ohelp.told': 'Everything here is what the server reports, not what was clicked. An action counts once the server shows that it is done.',
	'ohelp.matrix': 'In the table of channels the arrow keys move; Enter or the space bar chooses what is shown beside it.',
};

/** @typedef {Readonly<Record<keyof typeof messages, string>>} Messages */

export default messages;
