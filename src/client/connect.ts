/** Connects to a mock that runs elsewhere: in a container, in another process, for a whole test suite. */
import type { EnvironmentShown } from '../control/environment-shown.ts';
import { DEFAULT_ENVIRONMENT } from '../environment/create-environment.ts';
import { isEnvironmentName } from '../environment/environments.ts';
import { createCall } from './call.ts';
import { openConnection, overHttp } from './connection.ts';
import { demandKnown, MockCis2Error } from './error.ts';
import { createMockClient, type MockCis2 } from './mock.ts';

export interface ConnectOptions {
  /** The CONTROL_TOKEN of the mock, if it has one; as startMockCis2 calls it. */
  controlToken?: string;
}

/** Scheme and host as they were written, and the environment that the path names. */
const ADDRESS = /^(https?:\/\/[^/?#]+)(?:\/env\/([^/?#]+))?(?=[/?#]|$)/i;

function readAddress(url: string): { origin: string; name: string } {
  const [, origin, name = DEFAULT_ENVIRONMENT] = ADDRESS.exec(url) ?? [];
  if (
    origin !== undefined &&
    URL.canParse(url) &&
    (name === DEFAULT_ENVIRONMENT || isEnvironmentName(name))
  ) {
    return { origin, name };
  }
  const allowed = 'the origin of a mock, a URL of one of its environments, or a discovery URL';
  throw new MockCis2Error('This is no address of a mock CIS2', {
    faults: [{ pointer: 'url', found: JSON.stringify(url), allowed }],
  });
}

/** Whether somebody answers, by a certificate of an authority that this process does not know. */
function isUntrusted(failure: unknown): boolean {
  const { code } = ((failure as Error | undefined)?.cause ?? {}) as NodeJS.ErrnoException;
  return code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || code === 'SELF_SIGNED_CERT_IN_CHAIN';
}

/** Adds to what went wrong what is to be done about it. */
function explained(error: unknown, origin: string): unknown {
  if (!(error instanceof MockCis2Error) || error.status === 401 || error.status === 403) return error;
  const { status, message, cause } = error;
  const detail = isUntrusted(cause)
    ? `${message}. Have its certificate authority trusted: start this process with NODE_EXTRA_CA_CERTS and the path of the mock’s .mock-cis2/ca.pem.`
    : status === undefined
      ? `${message}. Start one (npx mock-cis2), or correct the address.`
      : `Something else answers there: ${message}. Correct the address.`;
  return new MockCis2Error(`There is no mock CIS2 at ${origin}`, {
    detail,
    cause,
    ...(status === undefined ? {} : { status }),
  });
}

/**
 * Gives the same object as startMockCis2, for a mock that runs already. `url` is its origin, a discovery URL, or the
 * address of an environment, which is then the one to work in. Throws where no mock answers.
 *
 * ```ts
 * const cis2 = await connectMockCis2('http://localhost:8585');
 * const ours = cis2.environment();
 * ```
 */
export async function connectMockCis2(url: string, options: ConnectOptions = {}): Promise<MockCis2> {
  demandKnown(options, ['controlToken']);
  const { origin, name } = readAddress(url);
  const connection = openConnection(overHttp(origin), options.controlToken);
  const call = createCall(connection.send, '');
  try {
    const environments = await call<EnvironmentShown[]>('GET', '/environments');
    const [main] = environments;
    if (main?.name !== DEFAULT_ENVIRONMENT)
      throw new MockCis2Error('GET /_mock/environments', { status: 200 });
    return createMockClient({ connection, publicOrigin: main.url.slice(0, -1), name });
  } catch (error) {
    throw explained(error, origin);
  }
}
