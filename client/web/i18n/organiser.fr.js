/** The words of the organiser’s page, in French. */

/** @type {import('./organiser.en.js').Messages} */
const messages = {
	'organiser.title': 'Organisateur',
	'organiser.rooms': 'Toutes les salles',
	'organiser.relay': 'Le serveur lui-même',
	'organiser.watch': 'Écoute, alarmes et événements',
	'organiser.notify': 'Message à tous',
	'organiser.mint': 'Nouveau lien',
	'organiser.report': 'Rapport',
	'organiser.theme': 'Couleurs claires',
	'organiser.lost': 'Pas de connexion au serveur. Rien sur cette page n’est actuel ; elle continue d’essayer.',
	'organiser.denied': 'Cette page n’est pas autorisée ici : {message}',

	'okey.overview': 'Aller à toutes les salles',
	'ohelp.told': 'Tout ce qui est affiché ici est ce que le serveur signale, et non ce sur quoi on a cliqué. Une action compte quand le serveur montre qu’elle est faite.',
	'ohelp.matrix': 'Dans le tableau des canaux, les flèches déplacent ; Entrée ou la barre d’espace choisit ce qui est montré à côté.',
};

export default messages;
