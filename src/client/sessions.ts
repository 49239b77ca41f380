/** Single sign-on sessions, from outside. */
import type { SessionShown } from '../control/session-shown.ts';
import type { LogoutCause } from '../login/session.ts';
import type { Call } from './call.ts';

export interface Sessions {
  /** Those that live, with the `sid` that each client knows. */
  list(): Promise<SessionShown[]>;
  /**
   * Ends the session of this `sid` and sends back-channel logout to its clients. Throws where none lives.
   * Default cause: SESSION_TERMINATION, as when a smartcard is removed.
   */
  logOut(sid: string, cause?: LogoutCause): Promise<SessionShown>;
}

export function createSessions(call: Call): Sessions {
  return {
    list: () => call('GET', '/sessions'),
    logOut: (sid, cause) => call('POST', `/sessions/${encodeURIComponent(sid)}/logout`, { cause }),
  };
}
