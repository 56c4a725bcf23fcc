/** The words of the speaker’s screen, in Spanish. */

/** @type {import('./speaker.en.js').Messages} */
const messages = {
	'speaker.title': 'Pantalla de la persona oradora',
	'speaker.slower': 'Más despacio, por favor',
	'speaker.slower.one': 'Lo pide un intérprete.',
	'speaker.slower.many': 'Intérpretes que lo piden: {number}',
	'speaker.floor': 'Idioma que se habla ahora: {language}',
	'speaker.room': 'Elija la sala de esta pantalla',
	'speaker.lost': 'Sin conexión. Esta pantalla sigue intentándolo.',
	'speaker.refused': 'Esta pantalla no está permitida aquí: {message}',
	'speaker.full': 'Pantalla completa',
};

export default messages;
