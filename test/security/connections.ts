/** A mock on a real socket, and requests of which each byte is in the test’s hands. */
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { MockCis2Options } from '../../src/mock-cis2-options.ts';
import { type Mock, testMock } from '../support/mock.ts';

export interface Listening {
  mock: Mock;
  port: number;
}

export async function listening(options: MockCis2Options = {}): Promise<Listening> {
  const mock = await testMock(options);
  await mock.app.listen({ port: 0, host: '127.0.0.1' });
  return { mock, port: (mock.app.server.address() as AddressInfo).port };
}

export async function stop({ mock }: Listening) {
  mock.app.server.closeAllConnections();
  await mock.app.close();
}

export function open(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}

/** Everything that comes on a connection until the mock closes it. */
export function whole(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.once('close', () => resolve(text));
  });
}

/** Sends text as it is, and gives all that comes back. */
export function raw(port: number, text: string): Promise<string> {
  const socket = open(port);
  socket.write(text);
  return whole(socket);
}
