/** The same mock held in two ways: in this process, and over HTTP. Whatever is tested of the client is tested of both. */
import { connectMockCis2, type MockCis2, startMockCis2 } from '../../src/index.ts';

export interface Held {
  cis2: MockCis2;
  /** Stops everything. */
  stop(): Promise<void>;
}

export const WAYS: readonly { way: string; hold: () => Promise<Held> }[] = [
  {
    way: 'in this process',
    async hold() {
      const cis2 = await startMockCis2({ logLevel: 'silent' });
      return { cis2, stop: () => cis2.close() };
    },
  },
  {
    way: 'over HTTP',
    async hold() {
      const started = await startMockCis2({ logLevel: 'silent' });
      const cis2 = await connectMockCis2(started.url);
      return { cis2, stop: () => started.close() };
    },
  },
];

/** What a call throws. */
export const errorOf = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(
    (given) => `it did not fail but gave ${JSON.stringify(given)}`,
    (error: unknown) => error,
  );
