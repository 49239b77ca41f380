/** Every scenario there is, by its code. */
import { AUTHORIZATION_REQUESTS } from './authorization-requests.ts';
import { AUTHORIZATION_RESPONSES } from './authorization-responses.ts';
import { ID_TOKEN_PEOPLE } from './id-token-people.ts';
import { ID_TOKEN_SIGNATURES } from './id-token-signatures.ts';
import { ID_TOKENS } from './id-tokens.ts';
import { DISCOVERY, JWKS } from './keys-and-discovery.ts';
import { LOGIN_OUTCOMES } from './login-outcomes.ts';
import { LOGOUT_TOKEN_SIGNATURES } from './logout-token-signatures.ts';
import { LOGOUT_TOKENS } from './logout-tokens.ts';
import type { Scenario } from './scenario.ts';
import { TOKEN_RESPONSES } from './token-responses.ts';
import { TRANSPORT } from './transport.ts';
import { USERINFO } from './userinfo.ts';
import { USERINFO_ROLES } from './userinfo-roles.ts';

export const CATALOGUE: readonly Scenario[] = [
  ...AUTHORIZATION_REQUESTS,
  ...LOGIN_OUTCOMES,
  ...AUTHORIZATION_RESPONSES,
  ...TOKEN_RESPONSES,
  ...ID_TOKENS,
  ...ID_TOKEN_SIGNATURES,
  ...ID_TOKEN_PEOPLE,
  ...USERINFO,
  ...USERINFO_ROLES,
  ...JWKS,
  ...DISCOVERY,
  ...LOGOUT_TOKENS,
  ...LOGOUT_TOKEN_SIGNATURES,
  ...TRANSPORT,
];

const byCode = new Map(CATALOGUE.map((scenario) => [scenario.code, scenario]));

export const scenarioOf = (code: string): Scenario | undefined => byCode.get(code);
