/** What is other than CIS2, and other than the mock’s own defaults, just now: so that nobody mistakes it for CIS2. */

import type { Environment } from '../environment/environment.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { ActiveScenario } from '../scenarios/choice.ts';
import { defaultFixtures } from '../settings/fixtures.ts';
import { consoleUrl } from './console-page.ts';
import type { StartPage } from './models.ts';

type Relaxation = StartPage['relaxations'][number];
type Difference = StartPage['differences'][number];

const RELAXATIONS: readonly (Omit<Relaxation, 'clients'> & { isOf: (client: Client) => boolean })[] = [
  {
    name: 'allow_loopback_redirect_uris',
    does: 'Any redirect URI on localhost, 127.0.0.1 or [::1] is taken, whatever its port and path.',
    cis2: 'Takes only redirect URIs that are registered, compared letter by letter.',
    isOf: ({ relaxations }) => relaxations?.includes('allow_loopback_redirect_uris') ?? false,
  },
  {
    name: 'client_secret_basic',
    does: 'The client sends its secret in the Authorization header.',
    cis2: 'Does not offer it, and answers invalid_client. Use client_secret_post or private_key_jwt.',
    isOf: ({ token_endpoint_auth_method: method }) => method === 'client_secret_basic',
  },
  {
    name: 'none',
    does: 'The client has neither secret nor key. It must use PKCE.',
    cis2: 'Has no public clients, and answers invalid_client. Use client_secret_post or private_key_jwt.',
    isOf: ({ token_endpoint_auth_method: method }) => method === 'none',
  },
];

/** The relaxations that some client has, each with those clients. */
export function relaxationsOf(clients: readonly Client[]): Relaxation[] {
  return RELAXATIONS.map(({ isOf, ...relaxation }) => ({
    ...relaxation,
    clients: clients.filter(isOf).map(({ client_id }) => client_id),
  })).filter((relaxation) => relaxation.clients.length > 0);
}

/** How an active scenario goes on. */
function untilWhen({ times }: ActiveScenario): string {
  if (times === undefined) return 'until it is removed';
  return times === 1 ? 'once more' : `${times} times more`;
}

function forWhom({ persona, client_id: clientId }: ActiveScenario): string {
  const names = [persona, clientId].filter((name) => name !== undefined);
  return names.length === 0 ? 'for everybody' : `for ${names.join(' at ')}`;
}

const ofScenarios = (active: readonly ActiveScenario[], url: string): Difference[] =>
  active.map((each) => ({
    what: each.times === undefined ? 'Active scenario' : 'Queued scenario',
    found: `${each.code}, ${forWhom(each)}, ${untilWhen(each)}`,
    byDefault: 'none',
    section: { text: 'scenarios', url },
  }));

const counted = (seconds: number) => `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;

function ofClock({ clock }: Environment, url: string): Difference[] {
  const section = { text: 'clock', url };
  const byDefault = 'runs with this machine';
  const now = new Date(clock.now()).toISOString();
  const skew = clock.skewSeconds();
  const differences: Difference[] = [];
  if (clock.isFrozen()) {
    differences.push({ what: 'Clock', found: `stands still at ${now}`, byDefault, section });
  } else if (clock.isMoved()) {
    differences.push({ what: 'Clock', found: `runs, and was moved: it is ${now}`, byDefault, section });
  }
  if (skew !== 0) {
    const found = `applications see a time ${counted(Math.abs(skew))} ${skew > 0 ? 'ahead' : 'behind'}`;
    differences.push({ what: 'Clock skew', found, byDefault: 'none', section });
  }
  return differences;
}

/** Every setting by its path, as JSON. */
function flat(settings: object, path = 'settings'): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of Object.entries(settings)) {
    const own = `${path}.${name}`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [deeper, text] of flat(value, own)) all.set(deeper, text);
    } else {
      all.set(own, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return all;
}

function ofSettings({ settings }: Environment, sectionOf: (name: string) => string): Difference[] {
  const defaults = flat(defaultFixtures().settings);
  return [...flat(settings)]
    .filter(([path, value]) => value !== defaults.get(path))
    .map(([what, found]) => {
      const isTime = what.startsWith('settings.timeouts.');
      const section = isTime
        ? { text: 'time limits', url: sectionOf('time-limits') }
        : { text: 'settings', url: sectionOf('settings') };
      return { what, found, byDefault: defaults.get(what) ?? 'none', section };
    });
}

/** Scenarios, clock and settings, where they are not as they are at first; each with its section of the console. */
export function differencesOf(environment: Environment, active: readonly ActiveScenario[]): Difference[] {
  const section = (name: string) => consoleUrl(environment.prefix, name);
  return [
    ...ofScenarios(active, section('scenarios')),
    ...ofClock(environment, section('clock')),
    ...ofSettings(environment, section),
  ];
}
