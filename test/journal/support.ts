/** Reading the journal as programs do, over a real socket. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JournalEvent } from '../../src/index.ts';
import { type Mock, testMock } from '../support/mock.ts';

/** How long to wait for what happens elsewhere: a busy machine may stand still for seconds. */
export const PATIENCE = { timeout: 20_000 };

/** A mock at an open port, and the address of its journal. */
export async function listeningMock(): Promise<{ mock: Mock; journal: string }> {
  const mock = await testMock();
  await mock.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = mock.app.server.address() as AddressInfo;
  return { mock, journal: `http://127.0.0.1:${port}/_mock/journal` };
}

export interface Told {
  id: string;
  event: string;
  data: JournalEvent;
}

/** A stream of server-sent events, read block by block, on a connection of its own. */
export async function openStream(url: string, headers: Readonly<Record<string, string>> = {}) {
  const request = get(url, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
  let text = '';

  /** The next block, or undefined at the end. */
  async function block(): Promise<string | undefined> {
    while (!text.includes('\n\n')) {
      const { done, value } = await chunks.next();
      if (done) return undefined;
      text += value;
    }
    const end = text.indexOf('\n\n');
    const found = text.slice(0, end);
    text = text.slice(end + 2);
    return found;
  }

  /** The next event, whatever comments come before it. */
  async function next(): Promise<Told> {
    const found = await block();
    if (found === undefined) throw new Error('the stream has ended');
    if (found.startsWith(':')) return next();
    const [, id = '', event = '', data = ''] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(found) ?? [];
    return { id, event, data: JSON.parse(data) };
  }

  async function take(count: number): Promise<Told[]> {
    const told: Told[] = [];
    while (told.length < count) told.push(await next());
    return told;
  }

  return { response, block, next, take, leave: () => request.destroy() };
}

export const idsOf = (events: readonly { id: number | string }[]) => events.map(({ id }) => Number(id));

/** How many listen to the journal from here on: now, and in all. */
export function listenersOf({ environment: { journal } }: Mock) {
  const listening = { now: 0, ever: 0 };
  const { onRecord } = journal;
  journal.onRecord = (listener) => {
    const stop = onRecord(listener);
    listening.now += 1;
    listening.ever += 1;
    let listens = true;
    return () => {
      stop();
      if (listens) listening.now -= 1;
      listens = false;
    };
  };
  return listening;
}
