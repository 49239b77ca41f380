/** What is made to go wrong on purpose, from outside. */
import type { ActiveScenarioShown, ScenarioShown } from '../control/scenario-shown.ts';
import type { ParameterValues } from '../scenarios/choice.ts';
import type { Endpoint } from '../scenarios/scenario.ts';
import type { Call } from './call.ts';

export interface ScenarioOptions {
  /** How often it acts; then it is over. Default: until it is stopped. */
  times?: number;
  /** Only for this persona: an NHSmail account or a UID. Default: everybody. */
  persona?: string;
  /** Only for this client, by its client_id. Default: every client. */
  client?: string;
  /** Where a transport scenario acts. Default: its own endpoint. */
  endpoint?: Endpoint;
  /** Those that the catalogue lists for the scenario. Default: theirs. */
  parameters?: ParameterValues;
}

export interface Scenarios {
  /** Every scenario that there is, with what is sent and what a good application does. */
  catalogue(): Promise<ScenarioShown[]>;
  /** Those that were started and are not over. */
  active(): Promise<ActiveScenarioShown[]>;
  /** Starts one: `start('INTERNAL_ERROR', { times: 1 })` lets the next log-in fail, and no other. */
  start(code: string, options?: ScenarioOptions): Promise<ActiveScenarioShown>;
  /** Stops one by its id, or all of a code. Throws where none is active. */
  stop(idOrCode: string): Promise<void>;
  stopAll(): Promise<void>;
}

export function createScenarios(call: Call): Scenarios {
  return {
    catalogue: () => call('GET', '/scenarios/catalogue'),
    active: () => call('GET', '/scenarios'),
    start: (code, { client, ...same } = {}) =>
      call('POST', '/scenarios', { code, client_id: client, ...same }),
    stop: (idOrCode) => call('DELETE', `/scenarios/${encodeURIComponent(idOrCode)}`),
    stopAll: () => call('DELETE', '/scenarios'),
  };
}
