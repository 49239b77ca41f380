/** The two cookies: which browser this is, and its single sign-on session. Ports share cookies, so both are named after this product. */
import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomId } from './secrets.ts';

const BROWSER_COOKIE = 'mock_cis2_browser';
const SESSION_COOKIE = 'mock_cis2_session';

const WELL_FORMED = /^[\w-]{43}$/;

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.cookies[name];
  return value !== undefined && WELL_FORMED.test(value) ? value : undefined;
}

function setCookie(request: FastifyRequest, reply: FastifyReply, name: string, value: string) {
  const { issuer, prefix } = request.environment;
  const secure = issuer.startsWith('https:');
  reply.setCookie(name, value, { path: `${prefix}/`, httpOnly: true, sameSite: 'lax', secure });
}

/** The browser’s id; undefined where the cookie is missing or was tampered with. */
export const browserIdOf = (request: FastifyRequest) => cookieOf(request, BROWSER_COOKIE);

/** The browser’s id; a browser without one is given one. */
export function browserOf(request: FastifyRequest, reply: FastifyReply): string {
  const known = browserIdOf(request);
  if (known !== undefined) return known;
  const id = randomId();
  setCookie(request, reply, BROWSER_COOKIE, id);
  return id;
}

export const sessionIdOf = (request: FastifyRequest) => cookieOf(request, SESSION_COOKIE);

export function setSession(request: FastifyRequest, reply: FastifyReply, sessionId: string) {
  setCookie(request, reply, SESSION_COOKIE, sessionId);
}

export function clearSession(request: FastifyRequest, reply: FastifyReply) {
  reply.clearCookie(SESSION_COOKIE, { path: `${request.environment.prefix}/` });
}
