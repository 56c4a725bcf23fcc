/** The words of the speaker’s screen, in Russian. */

/** @type {import('./speaker.en.js').Messages} */
const messages = {
	'speaker.title': 'Экран выступающего',
	'speaker.slower': 'Помедленнее, пожалуйста',
	'speaker.slower.one': 'Просит один переводчик.',
	'speaker.slower.many': 'Просят переводчики: {number}',
	'speaker.floor': 'Сейчас говорят на языке: {language}',
	'speaker.room': 'Выберите зал этого экрана',
	'speaker.lost': 'Нет связи. Экран продолжает попытки.',
	'speaker.refused': 'Этому экрану здесь отказано: {message}',
	'speaker.full': 'На весь экран',
};

export default messages;
