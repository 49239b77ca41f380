/**
 * An application’s tests as far as the type checker reads them: package.test.ts has them checked where the package is
 * installed alone. They are never run. What is expected to be wrong shows that types have not become `any`.
 */
import {
  ConfigurationError,
  type ConnectOptions,
  connectMockCis2,
  type Entries,
  type EnvironmentClock,
  type EnvironmentJournal,
  type EventDetails,
  type EventKind,
  type Explanation,
  type FaultFound,
  type FixturesFile,
  type FixturesPatch,
  type JournalEvent,
  type JournalFilter,
  type Keys,
  type LogIn,
  type LogInResult,
  type MergePatch,
  type Mint,
  type MockCis2,
  type MockCis2Environment,
  MockCis2Error,
  type MockCis2Options,
  type Moment,
  type NewEnvironment,
  type ScenarioOptions,
  type Scenarios,
  type Sessions,
  type SigningKeyShown,
  startMockCis2,
  type WaitOptions,
} from 'mock-cis2';

export type Exported = [
  Entries<{ uid: string }>,
  EnvironmentClock,
  EnvironmentJournal,
  EventDetails,
  EventKind,
  FixturesFile,
  Keys,
  MergePatch<{ uid: string }>,
  Mint,
  Moment,
  ScenarioOptions,
  Scenarios,
  Sessions,
  WaitOptions,
];

const options: MockCis2Options = { port: 0, logLevel: 'silent' };
const connectOptions: ConnectOptions = { controlToken: 'the-token' };

export async function start(): Promise<MockCis2> {
  try {
    return await startMockCis2(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return connectMockCis2('http://localhost:8585', connectOptions);
  }
}

export async function prepare(cis2: MockCis2): Promise<MockCis2Environment> {
  const patch: FixturesPatch = { settings: { on_login_failure: 'redirect' } };
  const wanted: NewEnvironment = { name: 'ours', patch, timeToLiveSeconds: 60 };
  const ours = await cis2.createEnvironment(wanted);
  const [first] = await cis2.environments();
  first?.ends_at satisfies string | null | undefined;
  // @ts-expect-error An address is text.
  first?.url satisfies number | undefined;
  return ours;
}

export async function logIn(ours: MockCis2Environment): Promise<LogInResult> {
  const started = await ours.setScenario('INTERNAL_ERROR', { times: 1 });
  started.id satisfies string;
  // @ts-expect-error A title is text, where there is one.
  started.title satisfies number | undefined;
  const [scenario] = await ours.scenarios.catalogue();
  // @ts-expect-error What is sent is described in words.
  scenario?.sent satisfies number | undefined;
  const explanation: Explanation = await ours.explain({ persona: 'uma.unbound@nhs.net' });
  // @ts-expect-error There is no such member.
  explanation.nothing;
  const asked: LogIn = { persona: 'alex.bound@nhs.net', onFailure: 'redirect' };
  return ours.logIn(asked);
}

export async function look(ours: MockCis2Environment): Promise<readonly FaultFound[]> {
  const filter: JournalFilter<'refused'> = { kind: 'refused' };
  const [refused]: JournalEvent<'refused'>[] = await ours.journal(filter);
  // @ts-expect-error A status is a number.
  refused?.details.status satisfies string | undefined;
  const [session] = await ours.sessions.list();
  session?.clients.map(({ sid }) => sid) satisfies string[] | undefined;
  // @ts-expect-error A moment is text.
  session?.started_at satisfies number | undefined;
  const [key]: SigningKeyShown[] = await ours.keys.publish();
  // @ts-expect-error There is no such status.
  key?.status satisfies 'unknown' | undefined;
  return ours.close().then(
    () => [],
    (error: unknown) => (error instanceof MockCis2Error ? error.faults : []),
  );
}
