/** What relying parties of any library need: a place on a loopback port, a browser, and a registration at the mock. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect } from 'vitest';
import type { MockCis2 } from '../../src/index.ts';

export const ALEX = { account: 'alex.bound@nhs.net', uid: '910000000101' };

/** Whose NHSmail account nobody registered: the log-in fails, with access_denied where it is sent back. */
export const UMA = {
  account: 'uma.unbound@nhs.net',
  error: 'access_denied',
  description: 'The NHSmail account is not registered as an authenticator.',
};

export const SECRET = 'secret-of-a-relying-party-under-test';

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** An HTTP server on a loopback port. Its address is no name, so that its cookies are not the mock’s. */
export async function listen(handler: RequestListener): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A registration as JSON has it: the service checks it. */
type Registration = Readonly<Record<string, unknown>> & { client_id: string };

/** Registers a client through the control API: with a secret and refresh tokens, and what is given put over it. */
export async function register(cis2: MockCis2, client: Registration) {
  const secret = { token_endpoint_auth_method: 'client_secret_post', client_secret: SECRET };
  const registration = {
    ...('token_endpoint_auth_method' in client ? {} : secret),
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    default_acr_values: ['AAL2_OR_AAL3_ANY'],
    ...client,
  };
  const response = await fetch(new URL(`/_mock/clients/${encodeURIComponent(client.client_id)}`, cis2.url), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(registration),
  });
  expect(response.status, await response.text()).toBe(201);
}

/** Where answers go of applications that need no server of their own: the test reads them from the redirect. */
export const CALLBACK = 'http://127.0.0.1:3000/callback';
export const GOODBYE = 'http://127.0.0.1:3000/goodbye';

/** What a promise fails with. */
export const reasonOf = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(
    () => 'it did not fail',
    (reason: unknown) => reason,
  );

export interface Browser {
  /** Sends one request, a form as a POST; the answer may be a redirect. */
  send(url: string | URL, form?: Record<string, string>): Promise<Response>;
  /** The same, and follows redirects to the first answer that is none. */
  go(url: string | URL, form?: Record<string, string>): Promise<Response>;
}

/** Where an answer sends the browser to. */
export function redirectOf(response: Response): URL {
  const location = response.headers.get('location');
  if (location === null) throw new Error(`no redirect but ${response.status} from ${response.url}`);
  return new URL(location, response.url);
}

/** A browser that keeps cookies, apart by host name as browsers do. */
export function browser(): Browser {
  const jars = new Map<string, Map<string, string>>();
  function keep(hostname: string, response: Response) {
    const jar = jars.get(hostname) ?? new Map<string, string>();
    jars.set(hostname, jar);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
      const expires = /;\s*expires=([^;]+)/i.exec(cookie)?.[1];
      const isGone = /;\s*max-age=0/i.test(cookie) || (expires && Date.parse(expires) <= Date.now());
      if (isGone) jar.delete(name);
      else jar.set(name, value);
    }
  }
  const send: Browser['send'] = async (to, form) => {
    const url = new URL(to);
    const cookies = [...(jars.get(url.hostname) ?? [])].map((pair) => pair.join('='));
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: cookies.join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    keep(url.hostname, response);
    return response;
  };
  async function go(to: string | URL, form?: Record<string, string>) {
    let response = await send(to, form);
    for (let hops = 0; response.headers.has('location'); hops++) {
      if (hops === 20) throw new Error(`redirected in a circle, at last by ${response.url}`);
      response = await send(redirectOf(response));
    }
    return response;
  }
  return { send, go };
}

/** Signs in on the pages, from the choice of authenticator on; gives where that leads, at the application. */
export async function signInOnPages(by: Browser, choice: Response, email: string): Promise<Response> {
  const login = choice.url;
  await by.go(`${login}/authenticator`, { authenticator: 'nhsmail' });
  await by.go(`${login}/nhsmail`, { email, password: 'password' });
  return by.go(`${login}/number-match`, { answer: 'approve' });
}

/** Does what ends a session of the client; gives how the client answered the logout token that follows. */
export async function answerToLogoutToken<T>(cis2: MockCis2, clientId: string, end: () => Promise<T>) {
  const after = (await cis2.journal()).at(-1)?.id ?? 0;
  const ended = await end();
  const { details } = await cis2.journal.waitFor({ kind: 'logout_token_sent', client_id: clientId, after });
  return { ended, answer: details.answer };
}

/** Ends the session of a sid as if the smartcard were removed: no browser takes part. */
export const endSession = (cis2: MockCis2, sid: string) =>
  fetch(new URL(`/_mock/sessions/${encodeURIComponent(sid)}/logout`, cis2.url), { method: 'POST' });

export interface LogoutReceiver extends Listening {
  /** The next logout token that is posted; to be called before what has it posted. */
  next(): Promise<string>;
}

/** A backchannel_logout_uri of its own: a form with one parameter is what may come. */
export async function logoutReceiver(): Promise<LogoutReceiver> {
  const waiting: ((request: { type: string | undefined; body: string }) => void)[] = [];
  const server = await listen(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    const { 'content-type': type } = request.headers;
    waiting.shift()?.({ type, body: Buffer.concat(chunks).toString() });
  });
  return {
    ...server,
    async next() {
      const { type, body } = await new Promise<{ type: string | undefined; body: string }>((resolve) =>
        waiting.push(resolve),
      );
      const form = new URLSearchParams(body);
      expect(type).toMatch(/^application\/x-www-form-urlencoded\b/);
      expect([...form.keys()]).toEqual(['logout_token']);
      return form.get('logout_token') ?? '';
    },
  };
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Verifies a logout token as its receiver has to (OpenID Connect Back-Channel Logout section 2.6). */
export async function verifyLogoutToken(
  token: string,
  { issuer, jwksUri, clientId }: { issuer: string; jwksUri: string; clientId: string },
) {
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), {
    issuer,
    audience: clientId,
    algorithms: ['RS256'],
    typ: 'logout+jwt',
    requiredClaims: ['exp', 'jti', 'sub', 'sid'],
    // Its presence also makes an iat that is ahead of this clock a fault.
    maxTokenAge: '2 minutes',
  });
  expect(payload.aud).toBe(clientId);
  expect(payload['events']).toEqual({ [EVENT]: {} });
  expect(payload).not.toHaveProperty('nonce');
  return payload;
}
