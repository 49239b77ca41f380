/** Where the mock posts logout tokens: it stands for the application. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LogoutReceiver {
  /** The client’s backchannel_logout_uri. */
  readonly uri: string;
  /** The token that comes for a session, by its `sid`. Rejects when none does for long. */
  next(sid: string): Promise<string>;
  close(): void;
}

const COMES_WITHIN_MILLISECONDS = 20_000;

const sidOf = (token: string): string => {
  try {
    return String(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')).sid);
  } catch {
    return '';
  }
};

export async function startLogoutReceiver(): Promise<LogoutReceiver> {
  const waiting = new Map<string, (token: string) => void>();
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const token = new URLSearchParams(text).get('logout_token') ?? '';
    waiting.get(sidOf(token))?.(token);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`,
    next(sid) {
      const coming = new Promise<string>((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(sid);
          reject(new Error('no logout token came'));
        }, COMES_WITHIN_MILLISECONDS);
        waiting.set(sid, (token) => {
          clearTimeout(late);
          waiting.delete(sid);
          resolve(token);
        });
      });
      // A scenario may see to it that none comes, and then nobody waits for it.
      coming.catch(() => {});
      return coming;
    },
    close: () => server.close(),
  };
}
