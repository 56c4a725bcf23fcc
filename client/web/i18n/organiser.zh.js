/** The words of the organiser’s page, in Chinese. */

/** @type {import('./organiser.en.js').Messages} */
const messages = {
	'organiser.title': '组织者',
	'organiser.rooms': '所有会场',
	'organiser.relay': '服务器本身',
	'organiser.watch': '收听、告警和事件',
	'organiser.notify': '消息',
	'organiser.mint': '新链接',
	'organiser.report': '报告',
	'organiser.theme': '浅色',
	'organiser.lost': '与服务器断开连接。本页内容均非当前情况；页面会继续尝试。',
	'organiser.denied': '此处不允许使用本页：{message}',

	'okey.overview': '转到所有会场',
	'ohelp.told': '这里显示的都是服务器报告的内容，而不是点击的内容。只有服务器显示已完成，操作才算完成。',
	'ohelp.matrix': '在频道表中用方向键移动；按 Enter 或空格键选择旁边显示的内容。',
};

export default messages;
