/** Every scenario there is, by its code. */
import { LOGIN_OUTCOMES } from './login-outcomes.ts';
import type { Scenario } from './scenario.ts';

export const CATALOGUE: readonly Scenario[] = [...LOGIN_OUTCOMES];

const byCode = new Map(CATALOGUE.map((scenario) => [scenario.code, scenario]));

export const scenarioOf = (code: string): Scenario | undefined => byCode.get(code);
