/** Every call of the client, with what it gives: the same in this process and over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MockCis2, MockCis2Environment } from '../../src/index.ts';
import { claimsOf } from '../support/mock.ts';
import { type Held, WAYS } from './support.ts';

const ALEX = 'alex.bound@nhs.net';
const UMA = { account: 'uma.unbound@nhs.net', uid: '910000000105' };

interface Call {
  call: string;
  gives: (cis2: MockCis2Environment) => Promise<unknown>;
  as: unknown;
}

const outcomeOf = async (cis2: MockCis2Environment, persona: string) =>
  (await cis2.logIn({ persona })).outcome;

const CALLS: readonly Call[] = [
  {
    call: 'personas.list',
    gives: async (cis2) => (await cis2.personas.list()).map(({ uid }) => uid),
    as: expect.arrayContaining([UMA.uid]),
  },
  {
    call: 'personas.get',
    gives: (cis2) => cis2.personas.get(UMA.uid),
    as: expect.objectContaining({ given_name: 'Uma', roles: [expect.anything()] }),
  },
  {
    call: 'personas.put, and personas.get after it',
    async gives(cis2) {
      const uma = await cis2.personas.get(UMA.uid);
      await cis2.personas.put({ ...uma, uid: '910000000999', roles: [] });
      return (await cis2.personas.get('910000000999')).given_name;
    },
    as: 'Uma',
  },
  {
    call: 'personas.patch, with null for what is taken out',
    gives: (cis2) => cis2.personas.patch(UMA.uid, { family_name: 'Other', email: null }),
    as: expect.not.objectContaining({ email: expect.anything() }),
  },
  {
    call: 'personas.remove',
    async gives(cis2) {
      await cis2.personas.remove(UMA.uid);
      return (await cis2.personas.list()).some(({ uid }) => uid === UMA.uid);
    },
    as: false,
  },
  {
    call: 'nhsmailAccounts.patch, which the next log-in follows',
    async gives(cis2) {
      await cis2.nhsmailAccounts.patch(ALEX, { approval: { result: 'decline' } });
      return outcomeOf(cis2, ALEX);
    },
    as: 'nhsmail_declined',
  },
  {
    call: 'organisations.patch, which the next log-in follows',
    async gives(cis2) {
      await cis2.organisations.patch('RZ8', { nhsmail_private_beta: true });
      return outcomeOf(cis2, 'bea.notinbeta@nhs.net');
    },
    as: 'authenticated',
  },
  {
    call: 'clients.put',
    gives: (cis2) =>
      cis2.clients.put({
        client_id: 'application/of+ours?',
        client_secret: 'its-secret',
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: ['https://application.example/callback'],
      }),
    as: expect.objectContaining({ client_id: 'application/of+ours?' }),
  },
  {
    call: 'bindNhsmail',
    async gives(cis2) {
      await cis2.bindNhsmail(UMA.account, UMA.uid);
      return outcomeOf(cis2, UMA.account);
    },
    as: 'authenticated',
  },
  {
    call: 'unbindNhsmail',
    async gives(cis2) {
      await cis2.unbindNhsmail(ALEX);
      return outcomeOf(cis2, ALEX);
    },
    as: 'nhsmail_not_registered',
  },
  {
    call: 'settings.patch, and settings.get after it',
    async gives(cis2) {
      await cis2.settings.patch({ nhsmail: { brand: 'NHSmail' } });
      return (await cis2.settings.get()).nhsmail;
    },
    as: { availability: 'private_beta', brand: 'NHSmail' },
  },
  {
    call: 'scenarios.catalogue',
    gives: async (cis2) => (await cis2.scenarios.catalogue()).map(({ code }) => code),
    as: expect.arrayContaining(['INTERNAL_ERROR', 'TIMED_OUT']),
  },
  {
    call: 'setScenario, for so many times and one persona and client, and scenarios.active after it',
    async gives(cis2) {
      await cis2.setScenario('TIMED_OUT', { times: 2, persona: ALEX, client: 'mock-client' });
      const outcome = await outcomeOf(cis2, ALEX);
      return { outcome, active: await cis2.scenarios.active() };
    },
    as: {
      outcome: 'timed_out',
      active: [
        expect.objectContaining({ code: 'TIMED_OUT', times: 1, persona: ALEX, client_id: 'mock-client' }),
      ],
    },
  },
  {
    call: 'scenarios.start with parameters, and scenarios.stop by its id',
    async gives(cis2) {
      const { id, parameters } = await cis2.scenarios.start('SLOW_ANSWER', {
        endpoint: 'token',
        parameters: { seconds: 2 },
      });
      await cis2.scenarios.stop(id);
      return { parameters, active: await cis2.scenarios.active() };
    },
    as: { parameters: { seconds: 2 }, active: [] },
  },
  {
    call: 'scenarios.stopAll',
    async gives(cis2) {
      await cis2.scenarios.start('INTERNAL_ERROR');
      await cis2.scenarios.stopAll();
      return outcomeOf(cis2, ALEX);
    },
    as: 'authenticated',
  },
  {
    call: 'clock.freeze, and clock.now after it',
    async gives(cis2) {
      await cis2.clock.freeze('2026-01-15T09:00:00Z');
      return (await cis2.clock.now()).toISOString();
    },
    as: '2026-01-15T09:00:00.000Z',
  },
  {
    call: 'clock.freeze where it is, and advanceClock',
    async gives(cis2) {
      const frozen = await cis2.clock.freeze();
      const advanced = await cis2.advanceClock(600);
      return advanced.getTime() - frozen.getTime();
    },
    as: 600_000,
  },
  {
    call: 'clock.set, which does not stop it',
    async gives(cis2) {
      const set = await cis2.clock.set(new Date('2030-05-05T05:05:05Z'));
      return { day: set.toISOString().slice(0, 10), goesOn: (await cis2.clock.now()) >= set };
    },
    as: { day: '2030-05-05', goesOn: true },
  },
  {
    call: 'clock.skew, which tokens show',
    async gives(cis2) {
      const now = await cis2.clock.freeze('2026-01-15T09:00:00Z');
      await cis2.clock.skew(-90);
      const { id_token } = await cis2.mintTokens({ persona: ALEX });
      return Number(claimsOf(id_token)['iat']) - now.getTime() / 1000;
    },
    as: -90,
  },
  {
    call: 'clock.reset',
    async gives(cis2) {
      await cis2.clock.freeze(new Date('2001-01-01'));
      return (await cis2.clock.reset()).getUTCFullYear() > 2001;
    },
    as: true,
  },
  {
    call: 'journal, by a filter',
    async gives(cis2) {
      await cis2.logIn({ persona: UMA.account });
      return (await cis2.journal({ kind: 'rule_decided' })).map(({ details }) => details);
    },
    as: [expect.objectContaining({ outcome: 'nhsmail_not_registered' })],
  },
  {
    call: 'journal.waitFor, of an event that is there already',
    async gives(cis2) {
      await cis2.logIn({ persona: ALEX });
      return (await cis2.journal.waitFor({ kind: 'code_issued' })).client_id;
    },
    as: 'mock-client',
  },
  {
    call: 'journal.waitFor, of an event that is yet to come',
    async gives(cis2) {
      const waiting = cis2.journal.waitFor({ kind: 'session_ended', uid: '910000000101' });
      const { id_token } = await cis2.mintTokens({ persona: ALEX });
      await cis2.sessions.logOut(String(claimsOf(id_token)['sid']));
      return (await waiting).details.cause;
    },
    as: 'SESSION_TERMINATION',
  },
  {
    call: 'journal.waitFor, of the next event, by after',
    async gives(cis2) {
      await cis2.logIn({ persona: ALEX });
      const before = await cis2.journal.waitFor({ kind: 'rule_decided' });
      const waiting = cis2.journal.waitFor({ kind: 'rule_decided', after: before.id });
      await cis2.logIn({ persona: UMA.account });
      return (await waiting).details.outcome;
    },
    as: 'nhsmail_not_registered',
  },
  {
    call: 'journal.clear',
    async gives(cis2) {
      await cis2.logIn({ persona: ALEX });
      await cis2.journal.clear();
      return cis2.journal({ client_id: 'mock-client' });
    },
    as: [],
  },
  {
    call: 'sessions.list and sessions.logOut',
    async gives(cis2) {
      await cis2.logIn({ persona: ALEX });
      const [session] = await cis2.sessions.list();
      const ended = await cis2.sessions.logOut(session?.clients[0]?.sid ?? '', 'CLIENT_LOGOUT');
      return { uid: ended.uid, left: await cis2.sessions.list() };
    },
    as: { uid: '910000000101', left: [] },
  },
  {
    call: 'keys.publish, keys.use and keys.retire',
    async gives(cis2) {
      const [old] = await cis2.keys.list();
      await cis2.keys.publish();
      await cis2.keys.use();
      const keys = await cis2.keys.retire(old?.kid);
      return keys.map(({ status }) => status);
    },
    as: ['retired', 'active'],
  },
  {
    call: 'explain',
    async gives(cis2) {
      const explanation = await cis2.explain({ persona: UMA.account });
      return explanation.accepted ? explanation.outcome?.outcome : explanation.error;
    },
    as: 'nhsmail_not_registered',
  },
  {
    call: 'mintTokens',
    async gives(cis2) {
      const { id_token } = await cis2.mintTokens({
        persona: ALEX,
        client: 'mock-client-basic',
        scope: 'openid',
      });
      return claimsOf(id_token);
    },
    as: expect.objectContaining({ aud: 'mock-client-basic', sub: '910000000101' }),
  },
  {
    call: 'reset',
    async gives(cis2) {
      await cis2.personas.remove(UMA.uid);
      await cis2.reset();
      return (await cis2.personas.get(UMA.uid)).uid;
    },
    as: UMA.uid,
  },
];

describe.each(WAYS)('a mock $way', ({ hold }) => {
  let held: Held;
  let cis2: MockCis2;
  beforeAll(async () => {
    held = await hold();
    cis2 = held.cis2;
  });
  afterAll(() => held.stop());
  beforeEach(() => cis2.reset());

  test('says where it is', async () => {
    const { name, url, issuer, discoveryUrl } = cis2;
    const document = JSON.parse(await (await fetch(discoveryUrl)).text());
    expect({ name, issuer }).toEqual({ name: 'default', issuer: document.issuer });
    expect((await fetch(url)).status).toBe(200);
  });

  test.each(CALLS)('answers $call', async ({ gives, as }) => {
    expect(await gives(cis2)).toEqual(as);
  });

  test('answers the same calls for an environment of its own, and nothing of it is seen in another', async () => {
    const ours = cis2.environment();
    await ours.setScenario('INTERNAL_ERROR');
    await ours.bindNhsmail(UMA.account, UMA.uid);
    expect(await outcomeOf(ours, ALEX)).toBe('internal_error');
    expect(await outcomeOf(cis2, ALEX)).toBe('authenticated');
    expect(await outcomeOf(cis2, UMA.account)).toBe('nhsmail_not_registered');
    await ours.close();
  });
});
