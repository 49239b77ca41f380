/** Whether a log-in costs the same however much there is: sessions, people, environments. mock-cis2 alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { Person } from '../src/care-identity/schema.ts';
import { cpuForEach, inMB, median } from './comparison.ts';
import { type Contender, MOCK_CIS2 } from './contenders.ts';
import { type Load, loadOn, type Work } from './load.ts';
import { type RunningServer, startServer } from './server-process.ts';
import type { Sizes } from './sizes.ts';

export interface Growth {
  /** What grows, and how many of them there are. */
  what: string;
  count: number;
  /** What is measured. */
  work: string;
  cpuMicroseconds: number;
  residentMB: number;
}

const ROUNDS = 3;

/** Once to warm up, then in rounds. */
async function costOf(load: Load, work: Work, { roundSeconds }: Sizes): Promise<number> {
  const until = { seconds: roundSeconds };
  await load.repeat(work, until);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(cpuForEach(await load.repeat(work, until)));
  return median(rounds);
}

async function withServer<T>(
  contender: Contender,
  folder: string,
  use: (server: RunningServer) => Promise<T>,
) {
  const server = await startServer(contender, folder);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** Each log-in of a new browser opens a session; the first request is enough for that. */
export function bySessions(sizes: Sizes, folder: string): Promise<Growth[]> {
  return withServer(MOCK_CIS2, folder, async (server) => {
    const load = loadOn(server);
    const warmed = await load.repeat(load.logIn, { times: sizes.warmUpLogIns });
    const found: Growth[] = [];
    let opened = warmed.times;
    for (const count of sizes.sessions) {
      if (count > opened) {
        await load.repeat(load.authorize, { times: count - opened });
        opened = count;
      }
      const cpuMicroseconds = await costOf(load, load.logIn, sizes);
      const residentMB = inMB(server.residentBytes());
      found.push({ what: 'open sessions', count, work: 'log-in', cpuMicroseconds, residentMB });
    }
    await load.close();
    return found;
  });
}

/** The default people, and copies of the first of them under UIDs of their own until there are so many. */
function peopleOf(count: number): Person[] {
  const path = new URL('../fixtures/default.json', import.meta.url);
  const { people } = JSON.parse(readFileSync(path, 'utf8')) as { people: Person[] };
  const [model] = people;
  if (!model) throw new Error('the default fixtures have no people');
  const copies = Array.from({ length: Math.max(0, count - people.length) }, (_, index): Person => {
    const number = String(index).padStart(6, '0');
    const roles = model.roles.map((role, place) => ({
      ...role,
      person_orgid: `92${place}900${number}`,
      person_roleid: `93${place}900${number}`,
    }));
    const { nmc_id: _nmcId, ...rest } = model;
    return {
      ...rest,
      uid: `910900${number}`,
      email: `person.${number}@nhs.net`,
      roles,
      authenticators: [{ type: 'smartcard' }],
    };
  });
  return [...people, ...copies];
}

export async function byPeople(sizes: Sizes, folder: string): Promise<Growth[]> {
  const found: Growth[] = [];
  for (const count of sizes.people) {
    const people = peopleOf(count);
    const path = join(folder, `people-${count}.json`);
    writeFileSync(path, JSON.stringify({ extends: 'default', people }));
    const contender = { ...MOCK_CIS2, variables: { FIXTURES: path } };
    const growth = await withServer(contender, folder, async (server) => {
      // The same kind of person each time, so that nothing but their number differs.
      const smartcards = people.filter(({ uid }) => uid.startsWith('910900')).map(({ uid }) => uid);
      const personas = smartcards.length > 0 ? smartcards : ['910000000101'];
      const load = loadOn(server, { personas });
      await load.repeat(load.logIn, { times: sizes.warmUpLogIns });
      const cpuMicroseconds = await costOf(load, load.logIn, sizes);
      await load.close();
      const withRoles = loadOn(server, { personas, scope: 'openid profile email nationalrbacaccess' });
      const ofRoles = await costOf(withRoles, withRoles.logIn, sizes);
      await withRoles.close();
      return { cpuMicroseconds, ofRoles, residentMB: inMB(server.residentBytes()) };
    });
    const { cpuMicroseconds, ofRoles, residentMB } = growth;
    found.push(
      { what: 'people', count, work: 'log-in', cpuMicroseconds, residentMB },
      { what: 'people', count, work: 'log-in with the roles', cpuMicroseconds: ofRoles, residentMB },
    );
  }
  return found;
}

/** Environments that log in whole: each makes an RSA key first, which takes far longer than all that is measured. */
const WITH_KEYS = 20;

const nameOf = (index: number): string => `bench-${index}`;

async function makeEnvironments(origin: string, from: number, to: number) {
  for (let index = from; index < to; index++) {
    const { statusCode, body } = await request(`${origin}/_mock/environments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: nameOf(index) }),
    });
    if (statusCode !== 201) throw new Error(`no environment was made: ${statusCode} ${await body.text()}`);
    await body.dump();
  }
}

export function byEnvironments(sizes: Sizes, folder: string): Promise<Growth[]> {
  return withServer(MOCK_CIS2, folder, async (server) => {
    const found: Growth[] = [];
    let made = 0;
    for (const count of sizes.environments) {
      await makeEnvironments(server.origin, made, count);
      made = count;
      const prefixes = Array.from({ length: count }, (_, index) => `/env/${nameOf(index)}`);
      const some = loadOn(server, { prefixes: prefixes.slice(0, WITH_KEYS) });
      await some.repeat(some.logIn, { times: sizes.warmUpLogIns });
      const ofLogIn = await costOf(some, some.logIn, sizes);
      await some.close();
      const every = loadOn(server, { prefixes });
      const ofAuthorize = await costOf(every, every.authorize, sizes);
      await every.close();
      const residentMB = inMB(server.residentBytes());
      const what = 'environments';
      found.push(
        {
          what,
          count,
          work: `log-in, at ${Math.min(count, WITH_KEYS)} in turn`,
          cpuMicroseconds: ofLogIn,
          residentMB,
        },
        { what, count, work: 'authorize, at all in turn', cpuMicroseconds: ofAuthorize, residentMB },
      );
    }
    return found;
  });
}
