/**
 * What keeps out a URI that looks like one which allow_loopback_redirect_uris lets in: the fault by its name, where
 * "not registered" would show the developer two texts that seem to agree.
 */
import type { Refusal } from '../journal/refusal.ts';
import type { Client } from './client-schema.ts';
import { LOOPBACK_HOSTS } from './redirect-uris.ts';

type NamedFault = Pick<Refusal, 'rule' | 'mend' | 'specification'>;

const FRAGMENT: NamedFault = {
  rule: 'A redirect URI has no fragment.',
  mend: 'Leave out the # and all behind it; keep what it told in the application’s session, by the state.',
  specification: 'RFC 6749 section 3.1.2; facts 10.5',
};

const COMPARED_AS_TEXT = 'RFC 9700 section 4.1.3; facts 10.5';

/** The first whose pattern fits decides; each presupposes that those before it do not. */
const LOOPBACK_FAULTS: readonly (NamedFault & { fits: RegExp })[] = [
  {
    fits: /[^\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/,
    rule: 'A redirect URI has only characters that a URI may have.',
    mend: 'Leave out spaces, line ends and backslashes, and percent-encode what else is not ASCII or not of a URI.',
    specification: 'RFC 3986 section 2',
  },
  {
    fits: /^[^/]*\/\/[^/?]*@/,
    rule: 'A redirect URI on a loopback host has no user name and no password.',
    mend: 'Leave out what stands before the @, and the @.',
    specification: 'RFC 9110 section 4.2.4; RFC 9700 section 4.1.3',
  },
  {
    fits: /^(?!https?:\/\/)/,
    rule: 'A redirect URI on a loopback host begins with http:// or https://, in small letters.',
    mend: 'Change the scheme, or write it so.',
    specification: COMPARED_AS_TEXT,
  },
  {
    fits: /^https?:\/\/(?!(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?]|$))/,
    rule: 'A loopback host is written localhost, 127.0.0.1 or [::1], in small letters.',
    mend: 'Write the host as one of these.',
    specification: COMPARED_AS_TEXT,
  },
  {
    fits: /^https?:\/\/[^/?]*:(?!\d{1,5}(?:[/?]|$))[^/?\]]*(?:[/?]|$)/,
    rule: 'A port is a number of one to five digits behind the colon.',
    mend: 'Write the port, or leave out the colon.',
    specification: COMPARED_AS_TEXT,
  },
];

/** As browsers read it, who are more lenient than the relaxation. */
const isOnLoopback = (uri: string): boolean =>
  URL.canParse(uri) && LOOPBACK_HOSTS.includes(new URL(uri).hostname);

/** What is wrong with a URI that this client may not use, where more can be said than that it is not registered. */
export function lookAlikeFault(client: Client, uri: string): NamedFault | undefined {
  if (uri.includes('#')) return FRAGMENT;
  const relaxed = client.relaxations?.includes('allow_loopback_redirect_uris') ?? false;
  if (!relaxed || !isOnLoopback(uri)) return undefined;
  const found = LOOPBACK_FAULTS.find(({ fits }) => fits.test(uri));
  if (!found) return undefined;
  const { rule, mend, specification } = found;
  return { rule, mend, specification };
}
