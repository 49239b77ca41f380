/** An environment as real clients see it: a browser on its pages, and a certified library over a socket. */
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  choose,
  logInByHand,
  onlyCallback,
  open,
  pageShown,
  press,
  type Stage,
  setStage,
  signIn,
  type Visitor,
} from '../browser/support.ts';
import { ALEX, browser, CALLBACK, reasonOf, redirectOf, UMA } from '../relying-parties/support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const originOf = () => new URL(stage.mock.url).origin;
const realmOf = () => new URL(stage.mock.issuer).pathname;

/** The visitor, looking at an environment of the same server. */
function at(name: string, visitor: Visitor): Visitor {
  const url = `${originOf()}/env/${name}/`;
  return { ...visitor, mock: { ...visitor.mock, url, issuer: `${originOf()}/env/${name}${realmOf()}` } };
}

describe('in Chromium, below /env/x/', () => {
  test('a person logs in page by page, never leaves the prefix, and comes back to the application', async () => {
    const visitor = at('x', await stage.visitor());
    const seen: string[] = [];
    visitor.page.on('framenavigated', (frame) => seen.push(frame.url()));

    await visitor.page.goto(visitor.mock.url);
    expect(await pageShown(visitor)).toBe('page-start');
    await logInByHand(visitor, 'robin.roles@nhs.net');
    expect(await pageShown(visitor)).toBe('page-select-role');
    await choose(visitor, 'role-930001020002');

    expect(await pageShown(visitor)).toBe('application');
    expect(onlyCallback(stage.application)).toMatchObject({ state: 'the-state', iss: visitor.mock.issuer });
    const own = seen.filter((url) => url.startsWith(originOf()));
    expect(own.length).toBeGreaterThan(4);
    expect(own.filter((url) => !url.startsWith(visitor.mock.url))).toEqual([]);
    expect(visitor.faults).toEqual([]);
  });

  test('a session of one environment is none of another’s, nor of the default one', async () => {
    const visitor = await stage.visitor();
    await logInByHand(at('x', visitor), 'alex.bound@nhs.net');
    expect(await pageShown(visitor)).toBe('application');

    for (const elsewhere of [at('y', visitor), visitor]) {
      await open(elsewhere);
      expect(await pageShown(visitor)).toBe('page-choose-authenticator');
    }
    await open(at('x', visitor));
    expect(await pageShown(visitor)).toBe('application');
  });

  test('sessions of two environments live side by side in one browser, and end each by itself', async () => {
    const visitor = await stage.visitor();
    const [here, there] = [visitor, at('z', visitor)];
    for (const each of [here, there]) await logInByHand(each, 'alex.bound@nhs.net');
    await visitor.page.goto(`${there.mock.issuer}/connect/endSession`);
    await press(there, 'log-out');

    await open(there);
    expect(await pageShown(there)).toBe('page-choose-authenticator');
    await open(here);
    expect(await pageShown(here)).toBe('application');
  });

  test('Try again begins the log-in again below the prefix', async () => {
    const visitor = at('x', await stage.visitor());
    await signIn(visitor, 'tess.temporary@nhs.net');
    await press(visitor, 'approve');
    expect(await pageShown(visitor)).toBe('outcome-internal_error');
    await press(visitor, 'try-again');
    expect(await pageShown(visitor)).toBe('page-choose-authenticator');
    expect(visitor.page.url()).toContain(visitor.mock.url);
    expect(visitor.faults).toEqual([]);
  });
});

describe('openid-client 6 over a socket, below /env/library', () => {
  const discover = () =>
    client.discovery(
      new URL(`${originOf()}/env/library${realmOf()}`),
      'mock-client-basic',
      undefined,
      client.ClientSecretBasic('mock-secret'),
      { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
    );

  async function logIn(application: client.Configuration, parameters: Record<string, string>) {
    const checks = {
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
      idTokenExpected: true,
    };
    const url = client.buildAuthorizationUrl(application, {
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      ...parameters,
    });
    return client.authorizationCodeGrant(application, redirectOf(await browser().send(url)), checks);
  }

  test('finds the environment by its issuer, and accepts its tokens and UserInfo', async () => {
    const application = await discover();
    const tokens = await logIn(application, { mock_login: ALEX.account });
    const claims = tokens.claims();
    expect(claims).toMatchObject({ iss: `${originOf()}/env/library${realmOf()}`, sub: ALEX.uid });
    const user = await client.fetchUserInfo(application, tokens.access_token, ALEX.uid);
    expect(user.email).toBe(ALEX.account);
  });

  test('is told of a failure by the environment', async () => {
    const parameters = { mock_login: UMA.account, mock_on_failure: 'redirect' };
    const failure = await reasonOf(logIn(await discover(), parameters));
    expect(failure).toBeInstanceOf(client.AuthorizationResponseError);
    expect(failure).toMatchObject({ error: UMA.error, error_description: UMA.description });
  });

  test('refuses an answer of another environment, by its iss', async () => {
    const application = await discover();
    const url = client.buildAuthorizationUrl(application, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      state: 'the-state',
      mock_login: ALEX.account,
    });
    const elsewhere = new URL(String(url).replace('/env/library/', '/env/elsewhere/'));
    const answer = redirectOf(await browser().send(elsewhere));
    const refused = await reasonOf(
      client.authorizationCodeGrant(application, answer, { expectedState: 'the-state' }),
    );
    expect(refused).toBeInstanceOf(Error);
    expect(String((refused as Error).cause)).toContain('unexpected "iss"');
  });
});
