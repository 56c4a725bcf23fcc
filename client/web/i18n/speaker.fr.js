/** The words of the speaker’s screen, in French. */

/** @type {import('./speaker.en.js').Messages} */
const messages = {
	'speaker.title': 'Écran de l’orateur',
	'speaker.slower': 'Plus lentement, s’il vous plaît',
	'speaker.slower.one': 'Une ou un interprète le demande.',
	'speaker.slower.many': 'Interprètes qui le demandent : {number}',
	'speaker.floor': 'Langue parlée en ce moment : {language}',
	'speaker.room': 'Choisissez la salle de cet écran',
	'speaker.lost': 'Pas de connexion. Cet écran réessaie sans cesse.',
	'speaker.refused': 'Cet écran n’est pas autorisé ici : {message}',
	'speaker.full': 'Plein écran',
};

export default messages;
