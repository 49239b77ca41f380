/** Whether the addresses that are told and those by which requests come fit together, and what to change where not. */
import type { Reached } from '../../environment/reached.ts';
import type { Caller } from './seen.ts';

/** What the server tells of itself. Origins are as they were configured. */
export interface Told {
  /** What browsers and `iss` are told. */
  publicOrigin: string;
  /** What servers are told, in the discovery document. */
  internalOrigin: string;
  /** Both follow the name of each request. */
  issuerFromHost: boolean;
}

/** By which address somebody came. */
export interface Came {
  origin: string;
  caller: Caller;
  /** It is the one who asks now. */
  isAsking?: true;
}

export interface Finding {
  code:
    | 'browser_by_another_name'
    | 'program_by_another_name'
    | 'proxy_not_trusted'
    | 'tls_ends_before'
    | 'several_issuers'
    | 'host_not_usable';
  /** What was found, and what follows from it. */
  text: string;
  /** The setting that mends it. */
  change: string;
  /** Nothing is broken by it. */
  isHint?: true;
}

/** Origins are equal whatever their case, and whether the port of the scheme is written out. */
const same = (one: string, other: string): boolean => new URL(one).origin === new URL(other).origin;

const hostOf = (origin: string): string => new URL(origin).host;

function browserFinding({ origin, isAsking }: Came, told: Told): Finding[] {
  if (same(origin, told.publicOrigin)) return [];
  return [
    {
      code: 'browser_by_another_name',
      text: `${isAsking ? 'You opened this at' : 'A browser came by'} ${origin}, but the issuer says ${told.publicOrigin}. Cookies and redirects of one are not those of the other, so a log-in that goes from one to the other is lost. Open ${told.publicOrigin} instead; or, where browsers are to use ${origin}, make it the public origin.`,
      change: `PUBLIC_ORIGIN=${origin}`,
    },
  ];
}

function programFinding({ origin, isAsking }: Came, told: Told): Finding[] {
  if (same(origin, told.publicOrigin) || same(origin, told.internalOrigin)) return [];
  return [
    {
      code: 'program_by_another_name',
      text: `${isAsking ? 'This request' : 'A program'} came by ${origin}, but the discovery document sends it to ${told.internalOrigin} for tokens and keys. In a container, localhost is the container itself, so that leads nowhere there. Where the server of your application uses ${origin}, make it the internal origin; the issuer stays as it is.`,
      change: `INTERNAL_ORIGIN=${origin}`,
    },
  ];
}

const nameFinding = (came: Came, told: Told): Finding[] =>
  (came.caller === 'browser' ? browserFinding : programFinding)(came, told);

const asHint = (finding: Finding): Finding => ({ ...finding, isHint: true });

/** The issuer follows the name: then everybody must use the same one. */
function severalIssuers(all: readonly Came[]): Finding[] {
  const origins = [...new Set(all.map(({ origin }) => origin))];
  if (origins.length < 2) return [];
  const browser = all.find(({ caller }) => caller === 'browser')?.origin ?? origins[0];
  const program = origins.find((origin) => origin !== browser);
  return [
    {
      code: 'several_issuers',
      text: `ISSUER_FROM_HOST is on, and requests came by ${origins.join(' and ')}: each is told another issuer, and a token of one is refused where the other is expected. Have all use one name; or leave ISSUER_FROM_HOST out and name both.`,
      change: `PUBLIC_ORIGIN=${browser} INTERNAL_ORIGIN=${program}`,
    },
  ];
}

/** How this very request came, and what a proxy said of it that was not listened to. */
export interface ThisRequest {
  reached: Reached;
  caller: Caller;
  /** Whether it carries headers of a proxy that is not trusted. */
  hasIgnoredHeaders: boolean;
}

function proxyFinding({ reached, hasIgnoredHeaders }: ThisRequest): Finding[] {
  if (!hasIgnoredHeaders) return [];
  return [
    {
      code: 'proxy_not_trusted',
      text: `This request has headers of a proxy, X-Forwarded-… or Forwarded, which are not listened to, because ${reached.clientAddress} is not named as a trusted proxy. Where that is your proxy, name it.`,
      change: `TRUSTED_PROXIES=${reached.clientAddress}`,
    },
  ];
}

/** Plain HTTP arrives here for an https issuer of the same host: a proxy ends TLS, which works. */
const endsBefore = ({ reached }: ThisRequest, { publicOrigin }: Told): boolean =>
  reached.isUncertain &&
  reached.origin !== undefined &&
  publicOrigin.startsWith('https:') &&
  hostOf(reached.origin) === hostOf(publicOrigin);

function thisFindings(request: ThisRequest, told: Told): Finding[] {
  const { reached, caller } = request;
  const { origin, host, clientAddress } = reached;
  if (origin === undefined) {
    const text = `The Host of this request, ${JSON.stringify(host.slice(0, 80))}, is no name and port.`;
    return [{ code: 'host_not_usable', text, change: 'the client or the proxy that sends it' }];
  }
  const byProxy = proxyFinding(request);
  if (endsBefore(request, told)) {
    if (byProxy.length > 0) return byProxy.map(asHint);
    const text = `This came as plain HTTP, and the issuer is ${told.publicOrigin}: TLS seems to end at a proxy before the mock. That works; have the proxy send X-Forwarded-Proto, and name it, and the mock knows.`;
    return [{ code: 'tls_ends_before', text, change: `TRUSTED_PROXIES=${clientAddress}`, isHint: true }];
  }
  if (told.issuerFromHost) return byProxy;
  const byName = nameFinding({ origin, caller, isAsking: true }, told);
  // What a proxy says comes first: by its word, the name may be right.
  return byName.length > 0 ? [...byProxy, ...byName] : byProxy.map(asHint);
}

/** What does not fit, each change once. */
export function findings(request: ThisRequest, seen: readonly Came[], told: Told): Finding[] {
  const { origin } = request.reached;
  const own = origin === undefined ? [] : [{ origin, caller: request.caller }];
  const isOwn = (came: Came) => came.origin === origin && came.caller === request.caller;
  const others = seen.filter((came) => !isOwn(came));
  const ofOthers = told.issuerFromHost
    ? severalIssuers([...own, ...others])
    : others.flatMap((came) => nameFinding(came, told));
  return [...thisFindings(request, told), ...ofOthers];
}

/** Whether nothing is broken. */
export const fits = (found: readonly Finding[]): boolean => found.every(({ isHint }) => isHint);
