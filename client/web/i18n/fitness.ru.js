/** Whether a sound is fit for interpretation, and why not, in Russian. */

/** @type {import('./fitness.en.js').Messages} */
const messages = {
	'fitness.good': 'Хорошо',
	'fitness.poor': 'Плохо',
	'fitness.unfit': 'Непригодно',
	'fitness.unknown': 'Не измерено',

	'fitness.telephone': 'Звук обрезан на {number} кГц: телефон или Bluetooth-гарнитура.',
	'fitness.narrow': 'Звук обрезан на {number} кГц: не хватает верхних частот.',
	'fitness.coded': 'Звук сжат до {number} кбит/с по пути: речь смазана.',
	'fitness.clipped': 'Звук искажён: пики срезаны.',
	'fitness.noisy': 'Речь всего на {number} дБ громче шума.',
	'fitness.gaps': '{number} звука теряется по пути.',

	'fitness.do.telephone': 'Возьмите проводную гарнитуру.',
	'fitness.do.narrow': 'Возьмите другой микрофон или проводную гарнитуру.',
	'fitness.do.coded': 'Задайте передатчику 32 кбит/с или больше или возьмите связь получше.',
	'fitness.do.clipped': 'Уменьшите уровень микрофона или говорите дальше от него.',
	'fitness.do.noisy': 'Сядьте ближе к микрофону, закройте двери и окна.',
	'fitness.do.gaps': 'Подключитесь кабелем вместо Wi-Fi.',

	'fitness.own.poor': 'Ваш звук плохой.',
	'fitness.own.unfit': 'Ваш звук непригоден для слушателей.',
	'fitness.own.good': 'Ваш звук снова хороший.',
	'fitness.floor.poor': 'Звук из зала плохой.',
	'fitness.floor.unfit': 'Звук из зала непригоден для перевода.',
	'fitness.floor.good': 'Звук из зала снова хороший.',
};

export default messages;
