/** The words of the organiser’s page, in Arabic. */

/** @type {import('./organiser.en.js').Messages} */
const messages = {
	'organiser.title': 'المنظّم',
	'organiser.rooms': 'جميع القاعات',
	'organiser.relay': 'الخادم نفسه',
	'organiser.watch': 'الاستماع والإنذارات والأحداث',
	'organiser.notify': 'رسالة',
	'organiser.mint': 'رابط جديد',
	'organiser.report': 'تقرير',
	'organiser.theme': 'ألوان فاتحة',
	'organiser.lost': 'لا اتصال بالخادم. لا شيء في هذه الصفحة يعكس الوضع الآن، وهي تواصل المحاولة.',
	'organiser.denied': 'هذه الصفحة غير مسموح بها هنا: {message}',

	'okey.overview': 'الانتقال إلى جميع القاعات',
	'ohelp.told': 'كل ما يظهر هنا هو ما يبلّغ به الخادم، لا ما تم النقر عليه. ولا يُعدّ الإجراء منفَّذاً إلا حين يُظهر الخادم أنه تم.',
	'ohelp.matrix': 'في جدول القنوات تنقلك مفاتيح الأسهم، ومفتاح الإدخال أو المسافة يختار ما يُعرض بجانبه.',
};

export default messages;
