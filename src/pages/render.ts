/** Renders a view: with the policy of what a page may load and where its forms may lead. */
import { fileURLToPath } from 'node:url';
import type { Eta } from 'eta';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { inPackage } from '../settings/package-folder.ts';
import type { Frame } from './models.ts';

const VIEWS = fileURLToPath(inPackage('views/'));

let engine: Promise<Eta> | undefined;

/** Loaded with the first page: most programs that start a mock never look at one. Keeps the views that it compiled. */
function loadEngine(): Promise<Eta> {
  engine ??= import('eta').then((eta) => new eta.Eta({ views: VIEWS, cache: true }));
  return engine;
}

/** A scheme, or an origin of plain characters: a host of a URL may hold `;`, which would begin a directive. */
const SOURCE = /^https?:(?:\/\/[\w.-]+(?::(?:\d+|\*))?)?$/;

/** What a page may do beside loading its own styles and scripts. */
export interface PagePolicy {
  /** Where its forms may lead, beside this server. */
  formTargets?: readonly string[];
  /** Its forms lead nowhere, and pages of this server may show it in a frame. */
  isPicture?: boolean;
  /** It may show other pages of this server in frames. */
  framesOwnPages?: boolean;
}

export const PICTURE: PagePolicy = { isPicture: true };
export const FRAMES_OWN_PAGES: PagePolicy = { framesOwnPages: true };

/**
 * Nothing inline and nothing from elsewhere. Chromium checks every redirect that follows a form against
 * form-action, so the origin of the log-in’s redirect URI must be named on its pages.
 */
export function contentSecurityPolicy({ formTargets = [], isPicture, framesOwnPages }: PagePolicy): string {
  const targets = ["'self'", ...formTargets.filter((target) => SOURCE.test(target))];
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    ...(framesOwnPages ? ["frame-src 'self'"] : []),
    `form-action ${isPicture ? "'none'" : targets.join(' ')}`,
    `frame-ancestors ${isPicture ? "'self'" : "'none'"}`,
    "base-uri 'none'",
  ].join('; ');
}

/** What the layout needs of the environment. */
export function frameOf({ environment }: FastifyRequest, title: string): Frame {
  return {
    title,
    hasErrors: false,
    brand: environment.settings.nhsmail.brand,
    homeUrl: `${environment.prefix}/`,
    prefix: environment.prefix,
  };
}

/** The pages of the mock itself, in the order of the menu. */
const TOOLS = {
  start: { text: 'Start', path: '/' },
  demo: { text: 'Demonstration', path: '/demo' },
  console: { text: 'Console', path: '/console' },
  journal: { text: 'Journal', path: '/journal' },
  scenarios: { text: 'Scenarios', path: '/scenarios' },
  pages: { text: 'Pages', path: '/pages' },
  api: { text: 'API', path: '/_mock/docs' },
} as const;

export type Tool = keyof typeof TOOLS;

/** What the layout needs of a page of the mock itself: the menu too, with this page marked where it has it. */
export function toolFrameOf(request: FastifyRequest, title: string, tool?: Tool): Frame {
  const { prefix } = request.environment;
  const menu = Object.entries(TOOLS).map(([name, { text, path }]) => ({
    text,
    url: `${prefix}${path}`,
    current: name === tool,
  }));
  return { ...frameOf(request, title), menu };
}

export async function showPage<Page extends Frame>(
  reply: FastifyReply,
  view: string,
  page: Page,
  policy: PagePolicy = {},
) {
  // Any other page keeps DENY, which the server sets on every answer.
  if (policy.isPicture) reply.header('x-frame-options', 'SAMEORIGIN');
  return reply
    .header('content-security-policy', contentSecurityPolicy(policy))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send((await loadEngine()).render(view, page));
}
