/** Environments as tests use them: one of its own for each, begun by using it and ended by closing it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMockCis2, type MockCis2 } from '../../src/index.ts';
import { errorOf, type Held, WAYS } from './support.ts';

const namesOf = async (cis2: MockCis2) => (await cis2.environments()).map(({ name }) => name);

describe.each(WAYS)('a mock $way', ({ hold }) => {
  let held: Held;
  let cis2: MockCis2;
  beforeAll(async () => {
    held = await hold();
    cis2 = held.cis2;
  });
  afterAll(() => held.stop());

  test('gives an environment at once, which begins when it is used', async () => {
    const ours = cis2.environment('begun-by-use');
    expect(await namesOf(cis2)).not.toContain('begun-by-use');
    expect(ours.url).toBe(`${cis2.url}env/begun-by-use/`);
    const document = JSON.parse(await (await fetch(ours.discoveryUrl)).text());
    expect(document.issuer).toBe(ours.issuer);
    expect(await namesOf(cis2)).toContain('begun-by-use');
    await ours.close();
  });

  test('gives another name to each that is asked for without one', () => {
    expect(cis2.environment().name).not.toBe(cis2.environment().name);
  });

  test('makes one with a patch over the fixtures', async () => {
    const ours = await cis2.createEnvironment({
      name: 'patched',
      patch: {
        settings: { on_login_failure: 'redirect' },
        people: [{ uid: '910000000101', family_name: 'Patched' }],
      },
      timeToLiveSeconds: 60,
    });
    expect((await ours.personas.get('910000000101')).family_name).toBe('Patched');
    expect((await ours.logIn({ persona: 'uma.unbound@nhs.net' })).callbackUrl).toContain(
      'error=access_denied',
    );
    expect(await cis2.environments()).toContainEqual(
      expect.objectContaining({ name: 'patched', time_to_live_seconds: 60 }),
    );
    await ours.close();
  });

  test('makes one with fixtures of its own, and says what is wrong with them', async () => {
    const ours = await cis2.createEnvironment({ fixtures: { people: [] } });
    expect(await ours.personas.list()).toEqual([]);
    await ours.close();
    const nobody = { email: 'nobody@nhs.net', password: '' };
    const refused = await errorOf(cis2.createEnvironment({ fixtures: { nhsmail: [nobody] } }));
    expect(refused).toMatchObject({ status: 400, faults: [{ pointer: '/fixtures/nhsmail/0/password' }] });
  });

  test('refuses a name that is taken, and one that cannot be', async () => {
    const ours = await cis2.createEnvironment();
    expect(await errorOf(cis2.createEnvironment({ name: ours.name }))).toMatchObject({ status: 409 });
    expect(() => cis2.environment('not a name')).toThrow(/name: found "not a name"; allowed: 1 to 64/);
    await ours.close();
  });

  test('forgets all of an environment that is closed, which no later close minds', async () => {
    const ours = cis2.environment();
    await ours.personas.remove('910000000105');
    await ours.close();
    await ours.close();
    expect(await namesOf(cis2)).not.toContain(ours.name);
    expect((await ours.personas.get('910000000105')).uid).toBe('910000000105');
    await ours.close();
  });

  test('does not end its default environment, by whatever name it is asked for', async () => {
    expect(await errorOf(cis2.environment('default').close())).toMatchObject({ status: 409 });
  });

  test.each([
    ['its origin', (url: string) => url.replace(/\/$/, ''), 'default'],
    ['its start page', (url: string) => url, 'default'],
    ['the address of an environment', (url: string) => `${url}env/theirs`, 'theirs'],
  ])('is connected to by %s', async (_what, urlOf, name) => {
    const connected = await connectMockCis2(urlOf(cis2.url));
    expect(connected.name).toBe(name);
    expect(connected.issuer).toContain(name === 'default' ? cis2.issuer : '/env/theirs/openam/');
  });

  test('is connected to by a discovery URL, and left running when that is closed', async () => {
    const theirs = cis2.environment('theirs');
    await theirs.personas.remove('910000000105');
    const connected = await connectMockCis2(theirs.discoveryUrl);
    expect(await errorOf(connected.personas.get('910000000105'))).toMatchObject({ status: 404 });
    await connected.close();
    expect(await namesOf(cis2)).toContain('theirs');
  });
});
