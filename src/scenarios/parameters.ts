/** The parameters of scenarios: how they are declared, and how they are read. */
import type { ScenarioContext, ScenarioParameter, ScenarioText } from './scenario.ts';

type Parameters = NonNullable<ScenarioText['parameters']>;

export const ONE_DAY = 86_400;

/** The parameter seconds: a whole number from 1 on. */
export function inSeconds(byDefault: number, maximum: number, description: string): Parameters {
  return { seconds: { type: 'integer', default: byDefault, minimum: 1, maximum, description } };
}

/** The parameter retry_after_seconds of answers that ask for a pause. */
export const RETRY_AFTER: Parameters = {
  retry_after_seconds: {
    type: 'integer',
    default: 30,
    minimum: 0,
    maximum: ONE_DAY,
    description: 'What Retry-After says, in seconds.',
  },
};

/** A parameter that is one of some texts. */
export function oneOf(
  values: readonly [string, ...string[]],
  description: string,
  byDefault: string = values[0],
): ScenarioParameter {
  return { type: 'string', default: byDefault, enum: values, description };
}

export const numberOf = ({ parameters }: ScenarioContext, name: string): number => Number(parameters[name]);

export const textOf = ({ parameters }: ScenarioContext, name: string): string => String(parameters[name]);

export const secondsOf = (context: ScenarioContext): number => numberOf(context, 'seconds');
