/** Every word of every page: types only, so that no page has to load it. */

/** Words that not every page has, in files of their own: `check.en.js`. @typedef {'check' | 'speaker' | 'console' | 'organiser' | 'fitness' | 'alarms' | 'panels' | 'report'} WordSet */

/**
 * @typedef {import('./en.js').Messages & import('./check.en.js').Messages & import('./speaker.en.js').Messages & import('./console.en.js').Messages
 *   & import('./organiser.en.js').Messages & import('./fitness.en.js').Messages & import('./alarms.en.js').Messages
 *   & import('./panels.en.js').Messages & import('./report.en.js').Messages} Messages
 */

export {};
