/** The words of the organiser’s page, in Spanish. */

/** @type {import('./organiser.en.js').Messages} */
const messages = {
	'organiser.title': 'Organizador',
	'organiser.rooms': 'Todas las salas',
	'organiser.relay': 'El propio servidor',
	'organiser.watch': 'Escucha, alarmas y sucesos',
	'organiser.notify': 'Mensaje',
	'organiser.mint': 'Enlace nuevo',
	'organiser.report': 'Informe',
	'organiser.theme': 'Colores claros',
	'organiser.lost': 'Sin conexión con el servidor. Nada de esta página es actual; sigue intentándolo.',
	'organiser.denied': 'Esta página no está permitida aquí: {message}',

	'okey.overview': 'Ir a todas las salas',
	'ohelp.told': 'Todo lo que se ve aquí es lo que comunica el servidor, no lo que se pulsó. Una acción cuenta cuando el servidor muestra que está hecha.',
	'ohelp.matrix': 'En la tabla de canales las flechas mueven; Intro o la barra espaciadora elige lo que se muestra al lado.',
};

export default messages;
