/** Whether a sound is fit for interpretation, and why not, in Arabic. */

/** @type {import('./fitness.en.js').Messages} */
const messages = {
	'fitness.good': 'جيد',
	'fitness.poor': 'ضعيف',
	'fitness.unfit': 'غير صالح',
	'fitness.unknown': 'لم يُقَس',

	'fitness.telephone': 'الصوت مقطوع عند {number} كيلوهرتز: هاتف أو سماعة بلوتوث.',
	'fitness.narrow': 'الصوت مقطوع عند {number} كيلوهرتز: تنقصه الترددات العالية.',
	'fitness.coded': 'يُضغط الصوت إلى {number} كيلوبت/ث في طريقه: الكلام مشوّش.',
	'fitness.clipped': 'الصوت مشوَّه: ذُراه مقصوصة.',
	'fitness.noisy': 'الكلام أعلى من الضوضاء بمقدار {number} ديسيبل فقط.',
	'fitness.gaps': 'يضيع {number} من الصوت في الطريق.',

	'fitness.do.telephone': 'استخدم سماعة سلكية.',
	'fitness.do.narrow': 'استخدم ميكروفوناً آخر أو سماعة سلكية.',
	'fitness.do.coded': 'اضبط المُرسِل على 32 كيلوبت/ث أو أكثر، أو استخدم اتصالاً أفضل.',
	'fitness.do.clipped': 'اخفض مستوى الميكروفون أو تكلّم من مسافة أبعد.',
	'fitness.do.noisy': 'اقترب من الميكروفون وأغلق الأبواب والنوافذ.',
	'fitness.do.gaps': 'استخدم كابل شبكة بدلاً من الواي فاي.',

	'fitness.own.poor': 'صوتك ضعيف الجودة.',
	'fitness.own.unfit': 'صوتك غير صالح للمستمعين.',
	'fitness.own.good': 'عاد صوتك جيداً.',
	'fitness.floor.poor': 'صوت القاعة ضعيف الجودة.',
	'fitness.floor.unfit': 'صوت القاعة غير صالح للترجمة الفورية.',
	'fitness.floor.good': 'عاد صوت القاعة جيداً.',
};

export default messages;
