/**
 * The one way from a page of the mock to the control API of its environment.
 *
 * @typedef {{ pointer: string, in?: string, found: string, allowed: string }} Fault in: the entry, where it is another one
 */
import { askForToken, keptToken } from './control-token.js';

export { askForToken } from './control-token.js';

/** Of the environment: stands before the path of every address, "" for the default one. */
export const prefix = document.body.dataset['prefix'] ?? '';

/** A call that was refused, in the words of the API: the message says what is wrong and how to mend it. */
export class ControlError extends Error {
  /**
   * @param {number} status
   * @param {{ title?: string, detail?: string, faults?: readonly Fault[] }} problem
   */
  constructor(status, { title, detail, faults = [] }) {
    super(detail ?? title ?? `The mock answered with HTTP status ${status}.`);
    this.name = 'ControlError';
    this.status = status;
    this.faults = faults;
  }
}

/**
 * An answer that is no refusal. Where the token is missing or wrong the person is asked for it, as often as needed.
 *
 * @param {string} path below `/_mock`, with its query
 * @param {RequestInit & { headers?: Record<string, string> }} init
 * @returns {Promise<Response>}
 */
async function answer(path, init) {
  const token = keptToken();
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${prefix}/_mock${path}`, {
    ...init,
    headers: { ...init.headers, ...authorization },
  });
  if (response.status === 401) {
    await askForToken(token);
    return answer(path, init);
  }
  if (!response.ok) throw new ControlError(response.status, await response.json().catch(() => ({})));
  return response;
}

/**
 * Calls the control API.
 *
 * @param {'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
 * @param {string} path below `/_mock`, for example `/clients`; values in it percent-encoded
 * @param {unknown} [body] sent as JSON, where given
 * @returns {Promise<any>} what was answered, `undefined` where there was nothing to say
 * @throws {ControlError} where the call was refused
 */
export async function control(method, path, body) {
  const response = await answer(
    path,
    body === undefined
      ? { method }
      : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

const SHORTEST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 8000;

/**
 * Reads one connection of a stream to its end. Only `id` and `data` are looked at: `data` is one line of JSON.
 *
 * @param {Response} response
 * @param {(id: string, data: unknown) => void} tell
 */
async function readEvents(response, tell) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    const blocks = (text + read.value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id !== undefined && data !== undefined) tell(id, JSON.parse(data));
    }
  }
}

/**
 * Follows a stream of the control API and, where the connection is lost, goes on after the last event that came.
 * EventSource cannot send a token, so the stream is read by hand.
 *
 * @param {string} path below `/_mock`, for example `/journal/stream`
 * @param {(event: any) => void} onEvent
 * @param {(state: 'live' | 'lost') => void} [onState] whether there is a connection
 * @returns {() => void} stops
 */
export function stream(path, onEvent, onState = () => {}) {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** @type {string | undefined} */
  let lastId;
  let pause = SHORTEST_PAUSE_MILLISECONDS;

  async function connect() {
    /** @type {Record<string, string>} */
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    const response = await answer(path, { signal, cache: 'no-store', headers });
    onState('live');
    pause = SHORTEST_PAUSE_MILLISECONDS;
    await readEvents(response, (id, event) => {
      lastId = id;
      onEvent(event);
    });
  }

  async function follow() {
    while (!signal.aborted) {
      // However it ended, it is taken up again: the mock may have been started anew.
      await connect().catch(() => undefined);
      if (signal.aborted) return;
      onState('lost');
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
    }
  }

  follow();
  return () => stopping.abort();
}
