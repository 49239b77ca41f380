/** What tests of the demonstration application share: a browser that follows redirects, and what a page says. */
import type { LightMyRequestResponse } from 'fastify';
import { type Browser, browser, type Mock } from '../support/mock.ts';

export { pageOf, shown } from '../oidc/support.ts';

type Form = Readonly<Record<string, string>>;

/** Most redirects of one log-in. */
const MOST_REDIRECTS = 10;

/** The path of an address of this server. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'http://localhost:8585');
  return `${pathname}${search}`;
}

/** Follows redirects to where a browser comes to rest. */
export async function rest(
  by: Browser,
  answer: LightMyRequestResponse | Promise<LightMyRequestResponse>,
): Promise<LightMyRequestResponse> {
  let at = await answer;
  for (let step = 0; step < MOST_REDIRECTS; step += 1) {
    const { location } = at.headers;
    if (typeof location !== 'string') return at;
    at = await by.get(pathOf(location));
  }
  throw new Error('the browser is sent round in circles');
}

/** Begins a log-in of the demonstration application and follows it to where it rests. */
export const demoLogIn = (by: Browser, form: Form = {}, prefix = '') =>
  rest(by, by.post(`${prefix}/demo/log-in`, form));

export const ALEX = { persona: 'alex.bound@nhs.net' };

/** A person at a browser of their own. */
export const visitor = (mock: Mock) => browser(mock.app);
