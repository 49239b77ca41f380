/** A moment as people read it, to the second. @param {string} moment ISO 8601, UTC */
export const shownMoment = (moment) => moment.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
