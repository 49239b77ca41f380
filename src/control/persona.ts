/** A persona that a call names: an NHSmail account or a UID. */
import type { Environment } from '../environment/environment.ts';
import { nearPersonas } from '../oidc/mock-parameters.ts';
import { ConfigurationError, type Fault, shown } from '../settings/faults.ts';

/** What is wrong with a persona’s name, if anything. */
export function personaFault(name: string | undefined, { directory }: Environment): Fault | undefined {
  if (name === undefined || directory.nhsmailAccount(name) || directory.person(name)) return undefined;
  const allowed = `an NHSmail account or a UID; near matches: ${nearPersonas(name, directory).join(', ')}`;
  return { path: '/persona', found: shown(name), allowed };
}

/** Throws where there is no such persona. */
export function checkPersona(name: string | undefined, environment: Environment) {
  const fault = personaFault(name, environment);
  if (fault) throw new ConfigurationError([fault]);
}
