/** The words of the speaker’s screen, in Chinese. */

/** @type {import('./speaker.en.js').Messages} */
const messages = {
	'speaker.title': '发言人屏幕',
	'speaker.slower': '请说慢一点',
	'speaker.slower.one': '一名口译员提出请求。',
	'speaker.slower.many': '提出请求的口译员：{number}',
	'speaker.floor': '现在使用的语言：{language}',
	'speaker.room': '请选择此屏幕所属的会议厅',
	'speaker.lost': '没有连接。此屏幕会继续尝试。',
	'speaker.refused': '此屏幕在这里不被允许：{message}',
	'speaker.full': '全屏',
};

export default messages;
