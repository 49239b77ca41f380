/** Everything that can be wrong before anything listens: variables, signing keys and fixtures, all faults at once. */
import { keysInFile } from './environment/signing-key-file.ts';
import { ConfigurationError, type Fault } from './settings/faults.ts';
import { checkDefaultFixtures, loadFixtures } from './settings/fixtures.ts';
import { readVariables } from './settings/variables.ts';

type Source = Readonly<Record<string, string | undefined>>;

function faultsOf(check: () => unknown): readonly Fault[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

/** Throws ConfigurationError with every fault there is. `fixtures` takes the place of FIXTURES. */
export function checkConfiguration(source: Source, fixtures = source['FIXTURES']) {
  const keys = source['SIGNING_KEYS'];
  const faults = [
    ...faultsOf(() => readVariables(source)),
    ...faultsOf(() => keys && keysInFile(keys)),
    ...faultsOf(() => (fixtures ? loadFixtures(fixtures) : checkDefaultFixtures())),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
}
