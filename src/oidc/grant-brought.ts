/** Which grant a request belongs to, before anybody has looked at whether it is in order. */
import type { Environment } from '../environment/environment.ts';
import { ACCESS_TOKENS, CODES, GRANTS, REFRESH_TOKENS } from './grant.ts';
import type { Parameters } from './parameters.ts';

/** The grant that a token, refresh or UserInfo request belongs to, by what it brings. */
export async function grantBroughtBy({ store }: Environment, form: Parameters, bearer: string | undefined) {
  const code = form.get('code');
  const refresh = form.get('refresh_token');
  const token = form.get('token') ?? form.get('access_token') ?? bearer;
  const stored =
    (code === undefined ? undefined : await store.get(CODES, code)) ??
    (refresh === undefined ? undefined : await store.get(REFRESH_TOKENS, refresh)) ??
    (token === undefined ? undefined : await store.get(ACCESS_TOKENS, token)) ??
    (token === undefined ? undefined : await store.get(REFRESH_TOKENS, token));
  const grant = stored && (await store.get(GRANTS, stored.value.grantId));
  return grant?.value;
}
