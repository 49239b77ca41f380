/**
 * What is counted, and under which names. Fed by the journal’s events and by one hook of every answer; no label has the
 * name of an environment, a person, a client or an address, so that series stay few.
 */
import type { Environments } from '../environment/environments.ts';
import type { JournalEvent } from '../journal/event.ts';
import { FAILURES } from '../login/outcomes.ts';
import { packageVersion } from '../settings/package-version.ts';
import { createHistogram, createTally, type Sample } from './tally.ts';

/** A metric with all its series, as Prometheus means the word. */
export interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: () => Sample[];
}

/** An answer that went out. */
export interface Answered {
  method: string;
  /** The pattern of the route, never the address. */
  route: string;
  status: number;
  seconds: number;
  /** What it was refused as, where it was. */
  refusedAs: string | undefined;
}

export interface Metrics {
  /** Takes an event of any environment’s journal. */
  event(event: JournalEvent): void;
  answered(answer: Answered): void;
  families(environments: Environments): readonly Family[];
}

/** How a client took a logout token. */
function deliveryResult(answer: { status: number } | { failure: string }): string {
  if ('failure' in answer) return 'no_answer';
  if (answer.status < 300) return 'accepted';
  if (answer.status < 400) return 'redirect';
  return answer.status < 500 ? 'refused' : 'server_error';
}

/** Every way to count that there is, begun at zero: what never happened is told as well. */
function zeroed(name: string, values: readonly string[]) {
  const tally = createTally([name]);
  for (const value of values) tally.add([value], 0);
  return tally;
}

function createTallies() {
  return {
    logins: zeroed('outcome', ['authenticated', ...Object.keys(FAILURES)]),
    tokens: zeroed('grant_type', ['authorization_code', 'refresh_token', 'control_api']),
    deliveries: zeroed('result', ['accepted', 'redirect', 'refused', 'server_error', 'no_answer']),
    scenarios: createTally(['scenario']),
    refused: createTally(['route', 'error']),
    answers: createHistogram(['method', 'route', 'status']),
  };
}

type Tallies = ReturnType<typeof createTallies>;

function count(event: JournalEvent, { logins, tokens, deliveries, scenarios }: Tallies) {
  switch (event.kind) {
    case 'rule_decided':
      // One that is authenticated may yet be asked again; its code says that it was not.
      if (event.details.outcome !== 'authenticated') logins.add([event.details.outcome]);
      break;
    case 'code_issued':
      logins.add(['authenticated']);
      break;
    case 'token_issued':
      tokens.add([event.details.grant_type]);
      break;
    case 'logout_token_sent':
      deliveries.add([deliveryResult(event.details.answer)]);
      break;
    case 'scenario_applied':
      scenarios.add([event.details.scenario]);
      break;
    default:
  }
}

/** Records in memory by kind, of all environments together. A store that is elsewhere counts its own. */
function storeRecords(environments: Environments): Sample[] {
  const sizes = new Map<string, number>();
  for (const { store } of environments.all())
    for (const [kind, size] of store.sizes?.() ?? []) sizes.set(kind, (sizes.get(kind) ?? 0) + size);
  return [...sizes].map(([kind, value]) => ({ labels: { kind }, value }));
}

export function createMetrics(): Metrics {
  const tallies = createTallies();
  const { logins, tokens, deliveries, scenarios, refused, answers } = tallies;
  return {
    event: (event) => count(event, tallies),
    answered({ method, route, status, seconds, refusedAs }) {
      answers.observe([method, route, String(status)], seconds);
      if (refusedAs !== undefined) refused.add([route, refusedAs]);
    },
    families: (environments) => [
      counter('mock_cis2_logins_total', 'Log-ins that ended, by outcome.', logins),
      counter('mock_cis2_tokens_issued_total', 'Token sets issued, by what they came of.', tokens),
      counter('mock_cis2_refused_requests_total', 'Requests refused, by route and error code.', refused),
      counter('mock_cis2_scenarios_applied_total', 'Scenarios that acted, by code.', scenarios),
      counter(
        'mock_cis2_logout_deliveries_total',
        'Logout tokens posted, by the client’s answer.',
        deliveries,
      ),
      {
        name: 'mock_cis2_http_request_duration_seconds',
        help: 'Time from request to answer, by method, route and status.',
        type: 'histogram',
        samples: answers.samples,
      },
      gauge('mock_cis2_environments', 'Environments there are, the default one too.', () => [
        { labels: {}, value: environments.all().length },
      ]),
      gauge('mock_cis2_store_records', 'Records in memory, by kind, until they are swept out.', () =>
        storeRecords(environments),
      ),
      gauge('mock_cis2_build_info', 'Always 1; the version stands in the label.', () => [
        { labels: { version: packageVersion() }, value: 1 },
      ]),
    ],
  };
}

const counter = (name: string, help: string, { samples }: { samples: () => Sample[] }): Family => ({
  name,
  help,
  type: 'counter',
  samples,
});

const gauge = (name: string, help: string, samples: () => Sample[]): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
});
