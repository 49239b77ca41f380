/** An environment as the control API shows it. It names no type of Fastify: the package’s users see it, and have none. */
import { DEFAULT_ENVIRONMENT, prefixOf } from '../environment/create-environment.ts';
import type { Kept } from '../environment/environments.ts';
import { HEALTHCARE } from '../environment/realms.ts';

/** `origin` is where the addresses of the default environment begin; `kept` is left out for that one. */
export function shownEnvironment(origin: string, kept?: Kept) {
  const name = kept?.name ?? DEFAULT_ENVIRONMENT;
  const prefix = prefixOf(name);
  const url = `${origin}${prefix}/`;
  const issuer = `${origin}${prefix}${HEALTHCARE.path}`;
  return {
    name,
    prefix,
    url,
    issuer,
    discovery_url: `${issuer}/.well-known/openid-configuration`,
    control_url: `${url}_mock`,
    time_to_live_seconds: kept?.timeToLiveSeconds ?? null,
    ends_at: kept ? new Date(kept.usedAt + kept.timeToLiveSeconds * 1000).toISOString() : null,
  };
}

export type EnvironmentShown = ReturnType<typeof shownEnvironment>;
