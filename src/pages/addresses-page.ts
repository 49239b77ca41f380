/**
 * /health/addresses: by which address this request came, what the mock tells of itself, and whether the two fit
 * together; a page for a browser, JSON for a program. It needs no token: it tells names alone.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HEALTHCARE } from '../environment/realms.ts';
import { findings, fits, type Told } from './addresses/fit.ts';
import { callerOf, type SeenAddress, watchAddresses } from './addresses/seen.ts';
import type { AddressesPage } from './models.ts';
import { allowOnly } from './refusals.ts';
import { showPage, toolFrameOf } from './render.ts';

export interface AddressesOptions {
  /** Whether a peer is a proxy whose headers count. */
  isTrustedProxy?: (address: string) => boolean;
  /** The issuer follows the name that a request came by. Default false. */
  issuerFromHost?: boolean;
}

const PATH = '/health/addresses';

const PROXY_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
];

/** The origin of an address of the provider, as it was configured. */
const originOf = (base: string, prefix: string): string => base.slice(0, -(prefix + HEALTHCARE.path).length);

function toldTo({ environment }: FastifyRequest, issuerFromHost: boolean): Told {
  const { issuer, backChannelBase, prefix } = environment;
  return {
    publicOrigin: originOf(issuer, prefix),
    internalOrigin: originOf(backChannelBase, prefix),
    issuerFromHost,
  };
}

/** What is to be said of one request, to a program and to a page alike. */
function selfCheck(request: FastifyRequest, seen: readonly SeenAddress[], options: AddressesOptions) {
  const { reached, raw, environment } = request;
  const { issuerFromHost = false, isTrustedProxy } = options;
  const told = toldTo(request, issuerFromHost);
  const caller = callerOf(request);
  const isTrusted = isTrustedProxy?.(raw.socket.remoteAddress ?? '') ?? false;
  const hasIgnoredHeaders = !isTrusted && PROXY_HEADERS.some((name) => request.headers[name] !== undefined);
  const found = findings({ reached, caller, hasIgnoredHeaders }, seen, told);
  return {
    fits: fits(found),
    findings: found.map(({ code, text, change, isHint = false }) => ({
      code,
      text,
      change,
      is_hint: isHint,
    })),
    this_request: {
      caller,
      scheme: reached.scheme,
      host: reached.host,
      origin: reached.origin ?? null,
      read_from: reached.by,
      client_address: reached.clientAddress,
      proxy_headers: hasIgnoredHeaders ? 'ignored' : isTrusted ? 'trusted' : 'none',
    },
    told: {
      issuer: environment.issuer,
      public_origin: told.publicOrigin,
      internal_origin: told.internalOrigin,
      token_endpoint: `${environment.backChannelBase}/access_token`,
      issuer_from_host: issuerFromHost,
    },
    seen,
  };
}

function pageOf(request: FastifyRequest, checked: ReturnType<typeof selfCheck>): AddressesPage {
  const { this_request: own, told } = checked;
  return {
    ...toolFrameOf(request, 'Addresses'),
    fits: checked.fits,
    findings: checked.findings.map(({ code, text, change, is_hint: isHint }) => ({
      code,
      text,
      change,
      isHint,
    })),
    own: {
      address: own.origin ?? own.host,
      readFrom: own.read_from,
      clientAddress: own.client_address,
    },
    told: {
      issuer: told.issuer,
      publicOrigin: told.public_origin,
      tokenEndpoint: told.token_endpoint,
      followsHost: told.issuer_from_host,
    },
    seen: checked.seen.map(({ origin, caller, endpoints }) => ({
      origin,
      caller: caller === 'browser' ? 'A browser' : 'A program',
      endpoints: endpoints.join(', '),
    })),
    command: `curl ${told.internal_origin}${request.environment.prefix}${PATH}`,
  };
}

/** To be called before the endpoints are registered, whose requests it watches. */
export function registerAddressesPage(app: FastifyInstance, options: AddressesOptions) {
  const seen = watchAddresses(app);
  app.get(PATH, async (request, reply) => {
    const checked = selfCheck(request, seen(), options);
    if (request.headers.accept?.includes('text/html')) {
      return showPage(reply, 'addresses', pageOf(request, checked));
    }
    return reply.header('cache-control', 'no-store').send(checked);
  });
  allowOnly(app, PATH, ['GET', 'HEAD']);
}
