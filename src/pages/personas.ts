/** The personas of an environment, each with what the rules say of its log-in just now. */
import { authenticatorOf } from '../care-identity/authenticators.ts';
import { nameOf } from '../care-identity/claims.ts';
import { organisationCodesOf } from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import { expectedOutcomes } from '../login/expected-outcome.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { ActiveScenario } from '../scenarios/choice.ts';
import { matchesWords } from './filter.ts';
import type { Persona, StartPage } from './models.ts';

/** More personas than this are not listed: a page of ten thousand helps nobody. */
const MOST_LISTED = 200;

const unique = (values: readonly (string | undefined)[]) =>
  [...new Set(values.filter((value) => value !== undefined))].join(', ');

/** The job role: the last part of a role code. */
const jobRole = (roleCode: string) => roleCode.split(':').at(-1);

function aboutPerson(person: Person | undefined): Omit<Persona, 'key' | 'account' | 'outcome'> {
  return {
    uid: person?.uid ?? '',
    name: person ? nameOf(person) : 'Nobody: there is no Care Identity profile',
    description: person?.description ?? '',
    orgCodes: person ? organisationCodesOf(person).join(', ') : '',
    roleCodes: unique(person?.roles.map(({ role_code }) => jobRole(role_code)) ?? []),
    workgroups: unique(person?.roles.flatMap(({ workgroups = [] }) => workgroups) ?? []),
  };
}

/** The NHSmail accounts first, each with its person, then the people who have none, by their authenticators. */
export function personasOf(
  { directory, settings, clock }: Environment,
  client: Client,
  active: readonly ActiveScenario[],
): Persona[] {
  const circumstances = { directory, settings, client, active };
  const now = clock.now();
  const outcomeOf = (persona: { account: string } | { uid: string }) =>
    expectedOutcomes({ ...persona, namedBy: 'mock_login' }, circumstances, now).join(', then ');
  const people = directory.people();
  const ofAccount = new Map(people.map((person) => [person.email?.toLowerCase(), person]));
  const listed = new Set<Person>();
  const accounts = directory
    .nhsmailAccounts()
    .slice(0, MOST_LISTED)
    .map((account) => {
      const { email } = account;
      const person = directory.profileBoundTo(email)?.person ?? ofAccount.get(email.toLowerCase());
      if (person) listed.add(person);
      const about = aboutPerson(person);
      return {
        ...about,
        key: email,
        account: email,
        description: about.description || account.description || '',
        outcome: outcomeOf({ account: email }),
      };
    });
  const others = people
    .filter((person) => !listed.has(person))
    .slice(0, MOST_LISTED)
    .map((person) => ({
      ...aboutPerson(person),
      key: person.uid,
      account: unique(person.authenticators.map(({ type }) => authenticatorOf(type).label)) || person.uid,
      outcome: outcomeOf({ uid: person.uid }),
    }));
  return [...accounts, ...others].slice(0, MOST_LISTED);
}

/** The words of a persona that a filter looks through. */
const wordsOf = (persona: Persona) => Object.values(persona).join(' ').toLowerCase();

/** What the page shows of the personas. Those that the filter leaves out are there too, hidden: a script may show them. */
export function shownPersonas(
  personas: readonly Persona[],
  asked: { persona: string; outcome: string },
  prefix: string,
): StartPage['personas'] {
  const shown = personas.map((persona) => {
    const words = wordsOf(persona);
    const isOfOutcome = asked.outcome === '' || persona.outcome === asked.outcome;
    const tryUrl = `${prefix}/demo?${new URLSearchParams({ persona: persona.key })}`;
    return { ...persona, words, tryUrl, isShown: isOfOutcome && matchesWords(words, asked.persona) };
  });
  return {
    asked,
    outcomes: [...new Set(personas.map(({ outcome }) => outcome))],
    shown: shown.filter(({ isShown }) => isShown).length,
    all: shown,
  };
}
