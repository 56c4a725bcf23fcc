/** Whether a sound is fit for interpretation, and why not, in Chinese. */

/** @type {import('./fitness.en.js').Messages} */
const messages = {
	'fitness.good': '良好',
	'fitness.poor': '较差',
	'fitness.unfit': '不适用',
	'fitness.unknown': '未测量',

	'fitness.telephone': '声音在 {number} kHz 处被截断：电话或蓝牙耳机。',
	'fitness.narrow': '声音在 {number} kHz 处被截断：缺少高频。',
	'fitness.coded': '声音在传输中被压缩到 {number} kbit/s：话语模糊。',
	'fitness.clipped': '声音失真：峰值被削。',
	'fitness.noisy': '话语仅比噪声高 {number} dB。',
	'fitness.gaps': '{number} 的声音在传输中丢失。',

	'fitness.do.telephone': '请使用有线耳机。',
	'fitness.do.narrow': '请换一个麦克风，或使用有线耳机。',
	'fitness.do.coded': '请将发送端设为 32 kbit/s 或以上，或使用更好的网络连接。',
	'fitness.do.clipped': '请调低麦克风音量，或离远一些。',
	'fitness.do.noisy': '请靠近麦克风，并关好门窗。',
	'fitness.do.gaps': '请用网线代替 Wi-Fi。',

	'fitness.own.poor': '您的声音较差。',
	'fitness.own.unfit': '您的声音不适合听众收听。',
	'fitness.own.good': '您的声音恢复良好。',
	'fitness.floor.poor': '会场声音较差。',
	'fitness.floor.unfit': '会场声音不适合口译。',
	'fitness.floor.good': '会场声音恢复良好。',
};

export default messages;
