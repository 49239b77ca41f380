/** A mock as tests drive it: one environment of it to work in, and ways to others. */
import { randomBytes } from 'node:crypto';
import type { Organisation, Person } from '../care-identity/schema.ts';
import type { EnvironmentShown } from '../control/environment-shown.ts';
import { DEFAULT_ENVIRONMENT, prefixOf } from '../environment/create-environment.ts';
import { isEnvironmentName } from '../environment/environments.ts';
import type { EntryOf } from '../settings/fixtures-lists.ts';
import type { FixturesFile } from '../settings/fixtures-schema.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { createCall, errorOf } from './call.ts';
import type { Connection } from './connection.ts';
import type { MergePatch } from './entries.ts';
import { createEnvironmentClient, type MockCis2Environment } from './environment.ts';
import { MockCis2Error } from './error.ts';

/** What differs from the fixtures of the server: entries by their key, each a merge patch, and settings. */
export interface FixturesPatch {
  settings?: MergePatch<Settings>;
  organisations?: (MergePatch<Organisation> & { org_code: string })[];
  people?: (MergePatch<Person> & { uid: string })[];
  nhsmail?: (MergePatch<EntryOf<'nhsmail'>> & { email: string })[];
  clients?: (MergePatch<EntryOf<'clients'>> & { client_id: string })[];
}

export interface NewEnvironment {
  /** 1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit. Default: a random name. */
  name?: string;
  /** What it begins with. Default: the fixtures of the server. */
  fixtures?: FixturesFile;
  /** What differs from the fixtures of the server. Not beside `fixtures`. */
  patch?: FixturesPatch;
  /** How long it lives without being used, in seconds. Default 3600. */
  timeToLiveSeconds?: number;
}

/**
 * A mock, in this process or elsewhere: its default environment, or the one whose address it was connected by, and
 * ways to others.
 */
export interface MockCis2 extends MockCis2Environment {
  /**
   * An environment of this name, by default one of its own: two tests that run at once do not meet. It begins when it
   * is first used, with the fixtures of the server.
   *
   * ```ts
   * const ours = cis2.environment();
   * await ours.advanceClock(600); // nobody else’s clock moves
   * await ours.close();
   * ```
   */
  environment(name?: string): MockCis2Environment;
  /** Makes one with other fixtures. Throws where the name is taken. */
  createEnvironment(options?: NewEnvironment): Promise<MockCis2Environment>;
  /** Every environment that there is now, the default one first. */
  environments(): Promise<EnvironmentShown[]>;
  /** Where plain HTTP is served beside HTTPS, of a mock that was started here with `httpPort`. */
  httpUrl?: string;
  /**
   * The certificate of the mock’s own certificate authority, as PEM, for what is to trust it: there where it was
   * started with TLS=auto, and throws otherwise.
   */
  certificateAuthority(): Promise<string>;
  /** Stops a mock that was started here; leaves one that was connected to as it is. Refuses every later call. */
  close(): Promise<void>;
}

/** Nobody else has it. */
const randomName = () => `e-${randomBytes(8).toString('hex')}`;

function checkedName(name: string): string {
  if (name === DEFAULT_ENVIRONMENT || isEnvironmentName(name)) return name;
  const allowed = '1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit';
  throw new MockCis2Error('There is no such environment', {
    faults: [{ pointer: 'name', found: JSON.stringify(name), allowed }],
  });
}

export function createMockClient(about: {
  connection: Connection;
  publicOrigin: string;
  /** The environment to work in. Default: the default one. */
  name?: string;
  httpUrl?: string;
  /** Stops the mock, where this is to stop it. */
  stop?: () => Promise<void>;
}): MockCis2 {
  const { connection, publicOrigin, name: own = DEFAULT_ENVIRONMENT, httpUrl, stop } = about;
  const { send } = connection;
  const call = createCall(send, '');

  async function end(name: string) {
    try {
      await call('DELETE', `/environments/${name}`);
    } catch (error) {
      // It ended by itself, or never began.
      if (!(error instanceof MockCis2Error) || error.status !== 404) throw error;
    }
  }

  async function close() {
    connection.close();
    await stop?.();
  }

  const at = (name: string, closing: () => Promise<void>) =>
    createEnvironmentClient({ name, prefix: prefixOf(name), publicOrigin, send, close: closing });
  const environment = (given?: string) => {
    const name = given === undefined ? randomName() : checkedName(given);
    return at(name, () => end(name));
  };
  return {
    ...at(own, close),
    ...(httpUrl === undefined ? {} : { httpUrl }),
    environment,
    async createEnvironment({ timeToLiveSeconds, ...same } = {}) {
      const body = { ...same, time_to_live_seconds: timeToLiveSeconds };
      const { name } = await call<EnvironmentShown>('POST', '/environments', body);
      return environment(name);
    },
    environments: () => call('GET', '/environments'),
    async certificateAuthority() {
      const answer = await send('GET', '/_mock/ca.pem');
      if (answer.status !== 200) throw errorOf('GET /_mock/ca.pem', answer);
      return answer.body;
    },
  };
}
