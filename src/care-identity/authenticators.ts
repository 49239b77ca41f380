/** The authenticators CIS2 lists, and which of them satisfy an acr value (facts 3.3). */
import type { LoginMethod } from './schema.ts';

export interface Authenticator {
  type: LoginMethod;
  /** How the choice of authenticator names it; NHSmail’s name comes from settings.nhsmail.brand. */
  label: string;
  hint: string;
  /** Authentication assurance level, a string as on the wire. */
  aal: '1' | '2' | '3';
  /** The one member of the amr claim. The passkey’s is a setting: CIS2’s is not public. */
  amr: string;
}

/** In the order in which the choice of authenticator lists them. */
export const AUTHENTICATORS: readonly Authenticator[] = [
  { type: 'smartcard', label: 'Smartcard', hint: 'A card in a reader', aal: '3', amr: 'N3_SMARTCARD' },
  { type: 'ipad_app', label: 'iPad app', hint: 'The NHS identity app on an iPad', aal: '3', amr: 'IOS' },
  {
    type: 'windows_hello',
    label: 'Windows Hello',
    hint: 'Your face, finger or PIN on this computer',
    aal: '3',
    amr: 'FIDO2',
  },
  {
    type: 'security_key',
    label: 'Security key',
    hint: 'A key that you plug in or tap',
    aal: '3',
    amr: 'FIDO2',
  },
  {
    type: 'authenticator_app',
    label: 'Authenticator app',
    hint: 'A 6-digit code from an app on your phone',
    aal: '2',
    amr: 'TOTP',
  },
  {
    type: 'passkey',
    label: 'Passkey',
    hint: 'A passkey on your phone or computer',
    aal: '2',
    amr: 'PASSKEY',
  },
  {
    type: 'nhsmail',
    label: 'NHSmail',
    hint: 'Your NHS email account and the app on your phone',
    aal: '2',
    amr: 'NHSMAIL',
  },
  {
    type: 'user_password',
    label: 'User name and password',
    hint: 'A test account of the development realm',
    aal: '1',
    // As one application is configured; a fixture of another has pwd (facts 3.3).
    amr: 'USERPASS',
  },
];

export function authenticatorOf(type: LoginMethod): Authenticator {
  const found = AUTHENTICATORS.find((authenticator) => authenticator.type === type);
  if (!found) throw new TypeError(`no authenticator is called ${type}`);
  return found;
}

/** What an acr value lets in, and the amr it implies where the value names one kind of smartcard. */
interface AssuranceClass {
  allows: (authenticator: Authenticator) => boolean;
  amr?: string;
}

const only = (type: LoginMethod, amr?: string): AssuranceClass => ({
  allows: (authenticator) => authenticator.type === type,
  ...(amr === undefined ? {} : { amr }),
});

/** The class of the development realm, which no other knows, and whose only one it is (facts 3.3, 10.2). */
export const PASSWORD_ACR = 'AAL1_USERPASS';

const ASSURANCE_CLASSES: Readonly<Record<string, AssuranceClass>> = {
  AAL3_ANY: { allows: ({ aal }) => aal === '3' },
  AAL2_OR_AAL3_ANY: { allows: ({ aal }) => aal !== '1' },
  AAL2_ANY: { allows: ({ aal }) => aal === '2' },
  AAL3_N3_SMARTCARD: only('smartcard', 'N3_SMARTCARD'),
  AAL3_CIS2_SMARTCARD: only('smartcard', 'CIS2_SMARTCARD'),
  AAL3_SMARTCARD: only('smartcard', 'SMARTCARD'),
  AAL3_IOS: only('ipad_app'),
  AAL3_FIDO2: { allows: ({ amr }) => amr === 'FIDO2' },
  AAL2_TOTP: only('authenticator_app'),
  AAL2_NHSMAIL: only('nhsmail'),
  [PASSWORD_ACR]: only('user_password'),
};

/** acr_values_supported of the discovery document, in its order (facts 10.2). */
export const ACR_VALUES: readonly string[] = Object.keys(ASSURANCE_CLASSES).filter(
  (acr) => acr !== PASSWORD_ACR,
);

/** The assurance that a log-in must reach. */
export interface RequestedAssurance {
  /** The acr value that decides: a key of the assurance classes. */
  acr: string;
  /** The acr claim: the same, or "0" where none of the values asked for is known (facts 10.3). */
  claim: string;
}

/**
 * Reads acr_values from left to right: the first known value decides (facts 10.3). Where values were asked for
 * and none is known, the default journey is used and the claim is "0". `known` are those of the realm.
 */
export function requestedAssurance(
  asked: readonly string[],
  defaults: readonly string[],
  known: readonly string[] = ACR_VALUES,
): RequestedAssurance {
  const isKnown = (acr: string) => known.includes(acr);
  const decisive = asked.find(isKnown);
  if (decisive !== undefined) return { acr: decisive, claim: decisive };
  const acr = defaults.find(isKnown) ?? known[0] ?? 'AAL3_ANY';
  return { acr, claim: asked.length > 0 ? '0' : acr };
}

/** The authenticators that reach the assurance, in the order of the page. */
export function authenticatorsFor(acr: string): readonly Authenticator[] {
  return AUTHENTICATORS.filter((authenticator) => ASSURANCE_CLASSES[acr]?.allows(authenticator));
}

/** Whether a sign-in that has happened reaches the assurance: another kind of smartcard than asked for does not. */
export function reaches(signIn: { authenticator: LoginMethod; amr: string }, acr: string): boolean {
  const demanded = ASSURANCE_CLASSES[acr]?.amr;
  const ofKind = demanded === undefined || demanded === signIn.amr;
  return ofKind && authenticatorsFor(acr).some(({ type }) => type === signIn.authenticator);
}

/** The amr claim’s member for a sign-in by this authenticator under this acr. */
export function amrOf(type: LoginMethod, acr: string, passkeyAmr: string): string {
  if (type === 'passkey') return passkeyAmr;
  return (type === 'smartcard' && ASSURANCE_CLASSES[acr]?.amr) || authenticatorOf(type).amr;
}
