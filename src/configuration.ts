/** Everything that can be wrong before anything listens: variables, certificates, signing keys and fixtures, all faults at once. */
import { keysInFile } from './environment/signing-key-file.ts';
import { checkTls } from './mock-cis2-options.ts';
import { ConfigurationError, faultsThrownBy } from './settings/faults.ts';
import { checkDefaultFixtures, loadFixtures } from './settings/fixtures.ts';
import { readVariables } from './settings/variables.ts';

type Source = Readonly<Record<string, string | undefined>>;

/** Throws ConfigurationError with every fault there is. `fixtures` takes the place of FIXTURES. */
export async function checkConfiguration(source: Source, fixtures = source['FIXTURES']) {
  const keys = source['SIGNING_KEYS'];
  const faults = [
    ...(await faultsThrownBy(() => checkTls(readVariables(source)))),
    ...(await faultsThrownBy(() => keys && keysInFile(keys))),
    ...(await faultsThrownBy(() => (fixtures ? loadFixtures(fixtures) : checkDefaultFixtures()))),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
}
