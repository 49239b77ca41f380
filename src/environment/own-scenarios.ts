/** The scenarios that people, clients and the settings have as their own: at which places any of them acts. */

import { scenarioOf } from '../scenarios/catalogue.ts';
import type { Place } from '../scenarios/scenario.ts';
import type { Fixtures } from '../settings/fixtures-lists.ts';
import type { Environment } from './environment.ts';

/** Fixtures are never changed in place, and there may be 10,000 people in them. */
const places = new WeakMap<Fixtures, ReadonlySet<Place>>();

/** Where an own scenario of somebody acts. Asked at every step of every log-in: most have none to act there. */
export function placesOfOwnScenarios({ fixtures }: Pick<Environment, 'fixtures'>): ReadonlySet<Place> {
  const known = places.get(fixtures);
  if (known) return known;
  const { people, clients, settings } = fixtures;
  const codes = [...people, ...clients, settings].flatMap(({ scenario }) => scenario?.code ?? []);
  const found = new Set([...new Set(codes)].flatMap((code) => scenarioOf(code)?.place ?? []));
  places.set(fixtures, found);
  return found;
}
