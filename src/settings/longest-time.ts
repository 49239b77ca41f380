/** As long as any of the times in settings.timeouts may be, in seconds: a year. */
export const LONGEST_SECONDS = 31_536_000;
