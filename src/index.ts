/**
 * The package’s face: a mock CIS2 service inside your own process (`startMockCis2`), or the same hold on one that runs
 * elsewhere (`connectMockCis2`).
 */

export type { EnvironmentClock, Moment } from './client/clock.ts';
export { type ConnectOptions, connectMockCis2 } from './client/connect.ts';
export type { Entries, MergePatch } from './client/entries.ts';
export type { Explanation, Mint, MockCis2Environment } from './client/environment.ts';
export { type FaultFound, MockCis2Error } from './client/error.ts';
export type { EnvironmentJournal, WaitOptions } from './client/journal.ts';
export type { Keys, SigningKeyShown } from './client/keys.ts';
export type { LogIn, LogInResult } from './client/log-in.ts';
export type { FixturesPatch, MockCis2, NewEnvironment } from './client/mock.ts';
export type { ScenarioOptions, Scenarios } from './client/scenarios.ts';
export type { Sessions } from './client/sessions.ts';
export type { JournalEvent } from './journal/event.ts';
export type { EventDetails, EventKind } from './journal/events.ts';
export type { JournalFilter } from './journal/journal.ts';
export type { MockCis2Options } from './mock-cis2-options.ts';
export { ConfigurationError } from './settings/faults.ts';
export type { FixturesFile } from './settings/fixtures-schema.ts';
export { startMockCis2 } from './start-mock-cis2.ts';
