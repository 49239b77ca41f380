/** The one client of all servers: whole log-ins and single requests, over eight connections that are kept open. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Pool } from 'undici';
import type { RunningServer } from './server-process.ts';

export const CONNECTIONS = 8;

const CLIENT = { client_id: 'mock-client', client_secret: 'mock-secret' };
const REDIRECT_URI = 'http://localhost:3000/callback';

/** What some work took: how often it was done, and what of the machine’s and of the server’s time. */
export interface Taken {
  times: number;
  seconds: number;
  cpuMicroseconds: number;
}

/** One piece of work at a server; throws with what came where it was not what a client needs. */
export type Work = () => Promise<unknown>;

export interface Load {
  logIn: () => Promise<{ idToken: string }>;
  /** The first request of a log-in alone: it opens a session. */
  authorize: () => Promise<string>;
  discovery: Work;
  jwks: Work;
  /** Does this work by all connections at once until so many are done, or for so long. */
  repeat(work: Work, until: { times: number } | { seconds: number }): Promise<Taken>;
  /** Fails unless an ID token is signed by a key of the JWKS: no server is to win by a signature that is none. */
  checkSignature(): Promise<void>;
  close(): Promise<void>;
}

let logIns = 0;

/** What every server has. */
const SCOPE = 'openid profile email';

/** What is asked in turn: the environments with these prefixes, and as these personas instead of the usual one. */
export interface Turns {
  scope?: string;
  prefixes?: readonly string[];
  personas?: readonly string[];
}

export function loadOn(
  server: RunningServer,
  { scope = SCOPE, prefixes = [''], personas = [] }: Turns = {},
): Load {
  const { contender, endpoints } = server;
  const pool = new Pool(server.origin, { connections: CONNECTIONS });

  async function ask(method: 'GET' | 'POST', path: string, expected: number[], more: object = {}) {
    const { statusCode, headers, body } = await pool.request({ method, path, ...more });
    const text = await body.text();
    if (!expected.includes(statusCode)) {
      throw new Error(`${contender.name}: ${method} ${path} was answered with ${statusCode}: ${text}`);
    }
    return { headers, text };
  }

  async function authorizeAt(prefix: string): Promise<string> {
    const state = `state-${++logIns}`;
    const query = new URLSearchParams({
      client_id: CLIENT.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope,
      state,
      nonce: `nonce-${logIns}`,
      ...contender.parameters,
    });
    const persona = personas[logIns % personas.length];
    if (persona !== undefined) query.set('mock_login', persona);
    const { headers, text } = await ask('GET', `${prefix}${endpoints.authorize}?${query}`, [302, 303]);
    const callback = new URL(String(headers['location']));
    const code = callback.searchParams.get('code');
    if (code === null || callback.searchParams.get('state') !== state) {
      throw new Error(`${contender.name}: no code came, or another state: ${callback} ${text}`);
    }
    return code;
  }

  async function logInAt(prefix: string) {
    const code = await authorizeAt(prefix);
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...CLIENT };
    const answer = await ask('POST', `${prefix}${endpoints.token}`, [200], {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const tokens = JSON.parse(answer.text);
    const idToken = String(tokens.id_token);
    if (idToken.split('.').length !== 3) throw new Error(`${contender.name}: no ID token: ${answer.text}`);
    const userInfo = await ask('GET', `${prefix}${endpoints.userInfo}`, [200], {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    if (JSON.parse(userInfo.text).sub === undefined) {
      throw new Error(`${contender.name}: UserInfo without sub: ${userInfo.text}`);
    }
    return { idToken };
  }

  let turn = 0;
  const next = () => prefixes[turn++ % prefixes.length] ?? '';
  const jwksPath = () => `${next()}${endpoints.jwks}`;

  return {
    logIn: () => logInAt(next()),
    authorize: () => authorizeAt(next()),
    discovery: () => ask('GET', `${next()}${contender.discoveryPath}`, [200]),
    jwks: () => ask('GET', jwksPath(), [200]),
    async repeat(work, until) {
      const most = 'times' in until ? until.times : Number.POSITIVE_INFINITY;
      const milliseconds = 'seconds' in until ? until.seconds * 1000 : Number.POSITIVE_INFINITY;
      const [began, cpuBefore] = [performance.now(), server.cpuMicroseconds()];
      let times = 0;
      const loop = async () => {
        while (times < most && performance.now() - began < milliseconds) {
          times += 1;
          await work();
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, loop));
      const seconds = (performance.now() - began) / 1000;
      return { times, seconds, cpuMicroseconds: server.cpuMicroseconds() - cpuBefore };
    },
    async checkSignature() {
      const { idToken } = await logInAt('');
      const keys = createLocalJWKSet(JSON.parse((await ask('GET', endpoints.jwks, [200])).text));
      const { protectedHeader, key } = await jwtVerify(idToken, keys, { audience: CLIENT.client_id });
      const { modulusLength } = 'algorithm' in key ? (key.algorithm as { modulusLength?: number }) : {};
      if (protectedHeader.alg !== 'RS256' || modulusLength !== 2048) {
        throw new Error(`${contender.name}: signs by ${protectedHeader.alg} with ${modulusLength} bits`);
      }
    },
    close: () => pool.close(),
  };
}
