/** Whether a sound is fit for interpretation, and why not, in Spanish. */

/** @type {import('./fitness.en.js').Messages} */
const messages = {
	'fitness.good': 'Bueno',
	'fitness.poor': 'Deficiente',
	'fitness.unfit': 'No apto',
	'fitness.unknown': 'Sin medir',

	'fitness.telephone': 'El sonido está cortado a {number} kHz: un teléfono o unos auriculares Bluetooth.',
	'fitness.narrow': 'El sonido está cortado a {number} kHz: faltan los agudos.',
	'fitness.coded': 'El sonido se comprime a {number} kbit/s por el camino: el habla es borrosa.',
	'fitness.clipped': 'El sonido está distorsionado: los picos están recortados.',
	'fitness.noisy': 'El habla está solo {number} dB por encima del ruido.',
	'fitness.gaps': 'Se pierde {number} del sonido por el camino.',

	'fitness.do.telephone': 'Use unos auriculares con cable.',
	'fitness.do.narrow': 'Use otro micrófono o unos auriculares con cable.',
	'fitness.do.coded': 'Ajuste el emisor a 32 kbit/s o más, o use una conexión mejor.',
	'fitness.do.clipped': 'Baje el nivel del micrófono o hable desde más lejos.',
	'fitness.do.noisy': 'Acérquese al micrófono y cierre puertas y ventanas.',
	'fitness.do.gaps': 'Use un cable de red en lugar de wifi.',

	'fitness.own.poor': 'Su sonido es deficiente.',
	'fitness.own.unfit': 'Su sonido no es apto para los oyentes.',
	'fitness.own.good': 'Su sonido vuelve a ser bueno.',
	'fitness.floor.poor': 'El sonido de la sala es deficiente.',
	'fitness.floor.unfit': 'El sonido de la sala no es apto para interpretar.',
	'fitness.floor.good': 'El sonido de la sala vuelve a ser bueno.',
};

export default messages;
