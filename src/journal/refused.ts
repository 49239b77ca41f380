/** The one error that a handler throws to refuse something. Two voices: the wire’s and the developer’s. */
import type { Subject } from './journal.ts';
import type { Refusal } from './refusal.ts';

/** What goes over the wire: what CIS2 says, and nothing more. */
export interface WireError {
  /** HTTP status where it is answered here. */
  status: number;
  /** OAuth error code. */
  error: string;
  /** error_description: ASCII without control characters, quotes or backslashes where it is redirected. */
  description: string;
  headers?: Readonly<Record<string, string>>;
}

/** How it is delivered: as JSON, as a page, or by redirect to a verified redirect URI. */
export type Delivery = 'json' | 'page' | { location: string };

export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly wire: WireError,
    readonly refusal: Refusal,
    readonly delivery: Delivery,
    readonly subject: Subject = {},
    /** For a page: where to go on instead. */
    readonly continueUrl?: string,
  ) {
    super(`${wire.error}: ${refusal.rule}: found ${refusal.found}`);
  }
}
