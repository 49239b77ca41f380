/**
 * The two cookies: which browser this is, and its single sign-on session. Ports share cookies, so both are named after
 * this product. Schemes share them too, but plain HTTP neither gets a Secure cookie nor may put another in its place:
 * those of https have names of their own, so that a browser that came by both, or by one and then the other, is never
 * stuck.
 */
import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '../environment/reached.ts';
import { randomId } from './secrets.ts';

const BROWSER_COOKIE = 'mock_cis2_browser';
const SESSION_COOKIE = 'mock_cis2_session';

const WELL_FORMED = /^[\w-]{43}$/;

/** Whether the browser speaks https to us, or to a proxy before us, of which the issuer alone tells where nobody named it. */
const speaksHttps = ({ reached, environment }: FastifyRequest): boolean =>
  reached.scheme === 'https' || (reached.isUncertain && environment.issuer.startsWith('https:'));

const nameOf = (request: FastifyRequest, name: string): string =>
  speaksHttps(request) ? `${name}_https` : name;

/** The value of a cookie that `giveCookie` gave; undefined where it is missing or was tampered with. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.cookies[nameOf(request, name)];
  return value !== undefined && WELL_FORMED.test(value) ? value : undefined;
}

/** Gives a cookie for the paths below this one of the environment. */
export function giveCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  value: string,
  below = '/',
) {
  const path = `${request.environment.prefix}${below}`;
  const secure = speaksHttps(request);
  reply.setCookie(nameOf(request, name), value, { path, httpOnly: true, sameSite: 'lax', secure });
}

/** The browser’s id; undefined where the cookie is missing or was tampered with. */
export const browserIdOf = (request: FastifyRequest) => cookieOf(request, BROWSER_COOKIE);

/** The browser’s id; a browser without one is given one. */
export function browserOf(request: FastifyRequest, reply: FastifyReply): string {
  const known = browserIdOf(request);
  if (known !== undefined) return known;
  const id = randomId();
  giveCookie(request, reply, BROWSER_COOKIE, id);
  return id;
}

export const sessionIdOf = (request: FastifyRequest) => cookieOf(request, SESSION_COOKIE);

export function setSession(request: FastifyRequest, reply: FastifyReply, sessionId: string) {
  giveCookie(request, reply, SESSION_COOKIE, sessionId);
}

export function clearSession(request: FastifyRequest, reply: FastifyReply) {
  reply.clearCookie(nameOf(request, SESSION_COOKIE), { path: `${request.environment.prefix}/` });
}
