/** The one error that a handler throws to refuse something. Two voices: the wire’s and the developer’s. */
import type { Subject } from './event.ts';
import type { Refusal } from './refusal.ts';

/** What goes over the wire: what CIS2 says, and nothing more. */
export interface WireError {
  /** HTTP status where it is answered here. */
  status: number;
  /** OAuth error code. */
  error: string;
  /** error_description; what RFC 6749 does not allow in it is replaced. */
  description: string;
  headers?: Readonly<Record<string, string>>;
}

/** How it is delivered: as JSON, as a page, or by redirect to a verified redirect URI. */
export type Delivery = 'json' | 'page' | { location: string };

/** A button that leads from the page of a refusal to where it makes sense to be instead. */
export interface GoOn {
  url: string;
  text: string;
}

/** An error_description with only the characters that it may have (RFC 6749 section 4.1.2.1). */
export const wireText = (text: string): string => text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');

export class Refused extends Error {
  override readonly name = 'Refused';
  readonly wire: WireError;

  constructor(
    wire: WireError,
    readonly refusal: Refusal,
    readonly delivery: Delivery,
    readonly subject: Subject = {},
    /** For a page: where to go on instead. */
    readonly goOn?: GoOn,
  ) {
    super(`${wire.error}: ${refusal.rule}: found ${refusal.found}`);
    this.wire = { ...wire, description: wireText(wire.description) };
  }
}
