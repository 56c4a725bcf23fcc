/** Whether a sound is fit for interpretation, and why not, in French. */

/** @type {import('./fitness.en.js').Messages} */
const messages = {
	'fitness.good': 'Bon',
	'fitness.poor': 'Médiocre',
	'fitness.unfit': 'Inutilisable',
	'fitness.unknown': 'Non mesuré',

	'fitness.telephone': 'Le son est coupé à {number} kHz : un téléphone ou un casque Bluetooth.',
	'fitness.narrow': 'Le son est coupé à {number} kHz : les aigus manquent.',
	'fitness.coded': 'Le son est réduit à {number} kbit/s en chemin : la parole est brouillée.',
	'fitness.clipped': 'Le son est distordu : ses crêtes sont écrêtées.',
	'fitness.noisy': 'La parole n’est qu’à {number} dB au-dessus du bruit.',
	'fitness.gaps': '{number} du son se perd en chemin.',

	'fitness.do.telephone': 'Utilisez un casque filaire.',
	'fitness.do.narrow': 'Utilisez un autre microphone, ou un casque filaire.',
	'fitness.do.coded': 'Réglez l’émetteur sur 32 kbit/s ou plus, ou utilisez une meilleure connexion.',
	'fitness.do.clipped': 'Baissez le niveau du microphone, ou éloignez-vous un peu.',
	'fitness.do.noisy': 'Rapprochez-vous du microphone, fermez portes et fenêtres.',
	'fitness.do.gaps': 'Utilisez un câble réseau plutôt que le Wi-Fi.',

	'fitness.own.poor': 'Votre son est médiocre.',
	'fitness.own.unfit': 'Votre son n’est pas acceptable pour l’auditoire.',
	'fitness.own.good': 'Votre son est de nouveau bon.',
	'fitness.floor.poor': 'Le son de la salle est médiocre.',
	'fitness.floor.unfit': 'Le son de la salle ne permet pas l’interprétation.',
	'fitness.floor.good': 'Le son de la salle est de nouveau bon.',
};

export default messages;
