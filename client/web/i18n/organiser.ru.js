/** The words of the organiser’s page, in Russian. */

/** @type {import('./organiser.en.js').Messages} */
const messages = {
	'organiser.title': 'Организатор',
	'organiser.rooms': 'Все залы',
	'organiser.relay': 'Сам сервер',
	'organiser.watch': 'Прослушивание, тревоги и события',
	'organiser.notify': 'Сообщение',
	'organiser.mint': 'Новая ссылка',
	'organiser.report': 'Отчёт',
	'organiser.theme': 'Светлые цвета',
	'organiser.lost': 'Нет связи с сервером. На этой странице нет ничего актуального; она продолжает попытки.',
	'organiser.denied': 'Эта страница здесь не разрешена: {message}',

	'okey.overview': 'Ко всем залам',
	'ohelp.told': 'Здесь показано то, что сообщает сервер, а не то, что было нажато. Действие считается выполненным, когда это показывает сервер.',
	'ohelp.matrix': 'В таблице каналов перемещают стрелки; Enter или пробел выбирает, что показано рядом.',
};

export default messages;
