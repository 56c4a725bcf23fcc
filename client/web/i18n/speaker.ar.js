/** The words of the speaker’s screen, in Arabic. */

/** @type {import('./speaker.en.js').Messages} */
const messages = {
	'speaker.title': 'شاشة المتحدث',
	'speaker.slower': 'أبطأ من فضلك',
	'speaker.slower.one': 'مترجم واحد يطلب ذلك.',
	'speaker.slower.many': 'عدد المترجمين الذين يطلبون ذلك: {number}',
	'speaker.floor': 'اللغة المستخدمة الآن: {language}',
	'speaker.room': 'اختر قاعة هذه الشاشة',
	'speaker.lost': 'لا يوجد اتصال. تواصل هذه الشاشة المحاولة.',
	'speaker.refused': 'هذه الشاشة غير مسموح بها هنا: {message}',
	'speaker.full': 'ملء الشاشة',
};

export default messages;
