/** Moments as callers write them: RFC 3339, with a zone, since what a time without one means depends on the machine. */
import { type Fault, shown } from '../settings/faults.ts';
import { Problem } from './problems.ts';

/** A date and time (RFC 3339 section 5.6): the part without zone and fraction, and the zone, which alone may be missing. */
const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;

const EXAMPLE = '2026-01-01T00:00:00Z';

/** Years 1970 to 9999: what RFC 3339 writes with four digits, from the first that clocks count. */
export const isMoment = (at: number): boolean => at >= 0 && at < 253_402_300_800_000;

/** Whether a date and time is one of the calendar and the day: Date takes 31 February for 3 March, and 24:00 for tomorrow. */
function isInCalendar(local: string): boolean {
  const at = Date.parse(`${local}Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(local);
}

type Words = Pick<Fault, 'found' | 'allowed'>;

function read(text: string, orElse: string): number | Words {
  const [whole, local = '', zone] = DATE_TIME.exec(text.toUpperCase()) ?? [];
  const found = shown(text);
  if (whole === undefined)
    return { found, allowed: `an RFC 3339 date and time with its zone, for example ${EXAMPLE}${orElse}` };
  if (zone === undefined)
    return {
      found: `${found}, without a zone`,
      allowed: `Z added for UTC, ${whole}Z, or an offset as +01:00`,
    };
  if (!isInCalendar(local))
    return {
      found: `${found}, which is not in the calendar`,
      allowed: 'a day and a time of day that there are',
    };
  const at = Date.parse(whole);
  return isMoment(at) ? at : { found, allowed: 'a moment of the years 1970 to 9999' };
}

/**
 * The moment that a field names, in milliseconds since 1970. `orElse` is what else the field may be, in words. Throws
 * where it names none.
 */
export function momentOf(field: string, text: string, orElse = ''): number {
  const at = read(text, orElse);
  if (typeof at === 'number') return at;
  throw new Problem(400, 'The moment cannot be read.', [{ path: `/${field}`, ...at }]);
}
