/** Why a page or a form of a log-in is refused. */
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import type { Login } from '../login/login.ts';

type Refusing = Pick<Login, 'id' | 'request'>;

export function refuse(
  status: number,
  description: string,
  refusal: Refusal,
  login?: Refusing,
  continueUrl?: string,
): Refused {
  const subject = login ? { login_id: login.id, client_id: login.request.clientId } : {};
  return new Refused(
    { status, error: 'invalid_request', description },
    refusal,
    'page',
    subject,
    continueUrl === undefined ? undefined : { url: continueUrl, text: 'Continue where you left off' },
  );
}

const SPECIFICATION = 'The mock’s own rule; facts 10.4';

export function refuseUnknown(): Refused {
  return refuse(404, 'This log-in is not known here.', {
    rule: 'A log-in that is carried on is one that is under way.',
    found: 'the address of a log-in that is not known: too old, or begun before a restart',
    expected: 'a log-in that began here within the last hour or so',
    mend: 'Go back to the application and log in again.',
    specification: SPECIFICATION,
  });
}

export function refuseBrowser(hasCookie: boolean, login?: Refusing): Refused {
  return refuse(
    403,
    'This log-in was begun in another browser.',
    {
      rule: 'A log-in is carried on by the browser that began it.',
      parameter: 'mock_cis2_browser',
      found: hasCookie ? 'the cookie of another browser' : 'no such cookie, or one that was tampered with',
      expected: 'the cookie that was set when the log-in began',
      mend: 'Go back to the application and log in again in this browser, with cookies allowed. A test client must keep cookies between requests.',
      specification: SPECIFICATION,
    },
    login,
  );
}

/** A form or page of another step; `continueUrl` is where the log-in stands, unless it is over. */
export function refuseOutOfTurn(
  found: string,
  expected: string,
  continueUrl: string | undefined,
  login?: Refusing,
): Refused {
  const isOver = continueUrl === undefined;
  return refuse(
    409,
    isOver ? 'This log-in is over: it succeeded.' : 'This form belongs to another step of the log-in.',
    {
      rule: 'Each form is sent once, at its own step.',
      found,
      expected,
      mend: isOver
        ? 'Go back to the application. To log in again, begin there.'
        : 'Carry on where the log-in stands; do not go back and send an earlier form again.',
      specification: SPECIFICATION,
    },
    login,
    continueUrl,
  );
}

export function refuseRaced(continueUrl: string | undefined): Refused {
  return refuse(
    409,
    'Another request carried this log-in on at the same time.',
    {
      rule: 'Each form is sent once, at its own step.',
      found: 'two requests for one step of the same log-in at once',
      expected: 'one',
      mend: 'Carry on where the log-in stands; send each form once.',
      specification: SPECIFICATION,
    },
    undefined,
    continueUrl,
  );
}
