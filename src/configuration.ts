/** Everything that can be wrong before anything listens: variables, certificates, signing keys and fixtures, all faults at once. */
import { keysInFile } from './environment/signing-key-file.ts';
import { ConfigurationError, type Fault } from './settings/faults.ts';
import { checkDefaultFixtures, loadFixtures } from './settings/fixtures.ts';
import { readVariables, type Variables } from './settings/variables.ts';

type Source = Readonly<Record<string, string | undefined>>;

async function faultsOf(check: () => unknown): Promise<readonly Fault[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

/** What certificates there are; loaded where TLS is on. */
async function checkTls({ tls, tlsFolder }: Variables) {
  if (tls === 'auto') (await import('./tls/kept-authority.ts')).checkKeptTls(tlsFolder);
  else if (tls) (await import('./tls/tls.ts')).givenTls(tls);
}

/** Throws ConfigurationError with every fault there is. `fixtures` takes the place of FIXTURES. */
export async function checkConfiguration(source: Source, fixtures = source['FIXTURES']) {
  const keys = source['SIGNING_KEYS'];
  const faults = [
    ...(await faultsOf(() => checkTls(readVariables(source)))),
    ...(await faultsOf(() => keys && keysInFile(keys))),
    ...(await faultsOf(() => (fixtures ? loadFixtures(fixtures) : checkDefaultFixtures()))),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
}
