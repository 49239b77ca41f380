/** A log-in by NHSmail through its pages: the forms that a browser sends, with its cookies. */

import { askAt, authorizationRequest, type CameBack, cameBack, type Place, REALM } from './log-in.ts';
import type { SoakPersona } from './people.ts';
import { type Answer, hold } from './target.ts';

/** More forms than any log-in has. */
const MOST_FORMS = 8;

const ROLE = /name="person_roleid"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="person_roleid"/g;

/** The form of the page that is shown, as this person fills it in. */
function formOf(
  { text }: Answer,
  persona: SoakPersona,
  place: Place,
): [path: string, form: Record<string, string>] {
  const has = (name: string) => text.includes(`name="${name}"`);
  if (has('authenticator')) return ['/authenticator', { authenticator: 'nhsmail' }];
  if (has('email')) return ['/nhsmail', { email: persona.login, password: 'password' }];
  if (has('answer')) return ['/number-match', { answer: 'approve' }];
  const roles = [...text.matchAll(ROLE)].map(([, one, other]) => one ?? other ?? '');
  if (roles.length === 0 && has('do')) return ['/role', { do: 'without' }];
  hold(roles.length > 0, `a page has no form that is known: ${text.slice(0, 600)}`);
  return ['/role', { person_roleid: place.random.pick(roles) }];
}

/** Cookies of one browser, by name. */
function takeCookies(cookies: Map<string, string>, { headers }: Answer) {
  for (const line of headers.getSetCookie()) {
    const [pair = ''] = line.split(';', 1);
    const [name = '', ...value] = pair.split('=');
    cookies.set(name, value.join('='));
  }
}

/** Logs somebody in by every page. */
export async function logInByPages(place: Place, persona: SoakPersona): Promise<CameBack> {
  const { request, ...secrets } = authorizationRequest();
  const { publicOrigin } = place.target;
  const cookies = new Map<string, string>();
  const browse = async (path: string, form?: Record<string, string>) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { cookie, origin: publicOrigin };
    const answer = await askAt(place, path, form ? { method: 'POST', form, headers } : { headers });
    takeCookies(cookies, answer);
    return answer;
  };
  /** The path of a redirect to the mock itself; undefined where the log-in has ended. */
  const onward = ({ headers }: Answer) => {
    const location = headers.get('location');
    if (location === null || headers.has('x-mock-cis2-outcome')) return undefined;
    const url = new URL(location, `${publicOrigin}${place.prefix}/`);
    return url.pathname.slice(place.prefix.length) + url.search;
  };
  let answer = await browse(`${REALM}/authorize?${new URLSearchParams(request)}`);
  let login = '';
  for (let forms = 0; forms < MOST_FORMS; forms++) {
    for (let path = onward(answer); path !== undefined; path = onward(answer)) {
      login = path;
      answer = await browse(path);
    }
    if (answer.headers.has('x-mock-cis2-outcome')) return cameBack(answer, { persona }, secrets);
    hold(answer.status === 200, `${login} was answered with ${answer.status}: ${answer.text.slice(0, 600)}`);
    const [path, form] = formOf(answer, persona, place);
    answer = await browse(`${login}${path}`, form);
  }
  hold(false, `the log-in of ${persona.login} does not end`);
}
