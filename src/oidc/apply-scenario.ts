/**
 * Scenarios at work: whatever is about to be answered passes here, and the scenario that comes first by the one
 * precedence changes it. What was changed, who chose it and why is in the journal.
 */

import { isDeepStrictEqual } from 'node:util';
import { isUidOf, normalEmail } from '../care-identity/directory.ts';
import { activeScenarios, isNoneActive, useUp } from '../environment/active-scenarios.ts';
import { shownSeconds } from '../environment/clock.ts';
import type { Environment } from '../environment/environment.ts';
import { placesOfOwnScenarios } from '../environment/own-scenarios.ts';
import type { Subject } from '../journal/event.ts';
import {
  type Candidate,
  type ChosenScenario,
  candidatesFor,
  firstAt,
  type Sources,
} from '../scenarios/choice.ts';
import type {
  Change,
  Endpoint,
  Others,
  Place,
  RightAnswers,
  ScenarioContext,
  ScenarioText,
} from '../scenarios/scenario.ts';
import { randomId } from './secrets.ts';

/** The log-in, client and person that an answer is about, as far as they are known. */
export interface AnswerAbout {
  clientId?: string;
  uid?: string;
  /** An NHSmail account that no profile need have. */
  account?: string;
  nonce?: string;
  /** What the request asked for in mock_scenario. */
  requested?: ChosenScenario;
  /** For the journal. */
  subject: Subject;
}

function sourcesOf(about: AnswerAbout, environment: Environment): Omit<Sources, 'active'> {
  const { directory, clients, settings } = environment;
  const persona = about.uid === undefined ? undefined : directory.person(about.uid)?.scenario;
  const client = about.clientId === undefined ? undefined : clients.get(about.clientId)?.scenario;
  return {
    ...(about.requested ? { request: about.requested } : {}),
    ...(persona ? { persona } : {}),
    ...(client ? { client } : {}),
    ...(settings.scenario ? { environment: settings.scenario } : {}),
  };
}

/** All that could act on an answer, in the order of precedence. */
export async function candidatesOn(about: AnswerAbout, environment: Environment): Promise<Candidate[]> {
  const { directory } = environment;
  const { uid, account, clientId } = about;
  const isPersona = (name: string) =>
    (uid !== undefined && isUidOf(name, uid, directory)) ||
    (account !== undefined && normalEmail(account) === normalEmail(name));
  const sources: Sources = { active: await activeScenarios(environment), ...sourcesOf(about, environment) };
  return candidatesFor({ ...(clientId === undefined ? {} : { clientId }), isPersona }, sources);
}

export function recordScenario(
  { journal }: Environment,
  subject: Subject,
  applied: { code: string; level: Candidate['level']; why: string; sent: string },
  place: Place = 'login',
) {
  const { code, level, why, sent } = applied;
  journal.record({
    kind: 'scenario_applied',
    explanation: `The scenario ${code} was applied, since ${why}. What is sent: ${sent}`,
    details: { scenario: code, place, decided_by: level, why, sent },
    ...subject,
  });
}

/**
 * Whether no scenario can act at this place, told at once: it is asked nine times in a log-in, and most of the time that
 * is all there is to know. False where only asking the store would tell.
 */
export function isUndisturbed(
  place: Place,
  environment: Environment,
  { requested }: { requested?: ChosenScenario | undefined },
): boolean {
  return (
    requested === undefined && isNoneActive(environment) && !placesOfOwnScenarios(environment).has(place)
  );
}

/** Takes the scenario that acts at this place now; a one-shot is used up by it. */
async function take(
  place: Place,
  environment: Environment,
  about: AnswerAbout,
  endpoint?: Endpoint,
): Promise<Candidate | undefined> {
  const first = firstAt(await candidatesOn(about, environment), place, endpoint);
  const isTaken = first?.oneShot === undefined || (await useUp(environment, first.oneShot.id));
  // Another request has used it up in the last moment: whatever comes next in the precedence acts.
  return isTaken ? first : take(place, environment, about, endpoint);
}

/** The scenario that acts at this place now, journalled, and used up where it is a one-shot; undefined where none does. */
export async function scenarioAt(
  place: Place,
  environment: Environment,
  about: AnswerAbout,
  endpoint?: Endpoint,
): Promise<Candidate | undefined> {
  if (isUndisturbed(place, environment, about)) return undefined;
  const taken = await take(place, environment, about, endpoint);
  if (taken) recordScenario(environment, about.subject, appliedOf(taken), place);
  return taken;
}

const appliedOf = ({ scenario: { code, sent }, level, why }: Candidate) => ({ code, sent, level, why });

/** Where an environment has nobody else, values of the right form that belong to nobody. */
const NOBODY: Others = {
  clientId: 'another-client',
  uid: '910000009999',
  personRoleId: '930099990001',
  personOrgId: '940099990001',
  orgCode: 'ZZ9',
  orgName: 'Another organisation',
};

/** Real values of the environment that are wrong for this log-in. */
function othersThan(about: AnswerAbout, { directory, clients }: Environment): Others {
  const own = about.uid === undefined ? undefined : directory.person(about.uid);
  const ownCodes = new Set(own?.roles.map(({ org_code }) => org_code));
  const people = directory.people().filter(({ uid }) => uid !== about.uid);
  const roles = people.flatMap((person) => person.roles);
  const role = roles.find(({ org_code }) => !ownCodes.has(org_code)) ?? roles[0];
  const orgCode = role?.org_code ?? NOBODY.orgCode;
  return {
    clientId: [...clients.keys()].find((id) => id !== about.clientId) ?? NOBODY.clientId,
    uid: people[0]?.uid ?? NOBODY.uid,
    personRoleId: role?.person_roleid ?? NOBODY.personRoleId,
    personOrgId: role?.person_orgid ?? NOBODY.personOrgId,
    orgCode,
    orgName: directory.organisation(orgCode)?.org_name ?? NOBODY.orgName,
  };
}

export async function contextOf(
  candidate: Candidate,
  about: AnswerAbout,
  environment: Environment,
): Promise<ScenarioContext> {
  const { issuer, clock, directory, keys } = environment;
  const { clientId = '', uid = '', nonce } = about;
  return {
    issuer,
    now: shownSeconds(clock),
    clientId,
    activeKid: await keys.activeKid(),
    ...(nonce === undefined ? {} : { nonce }),
    roleIds: directory.person(uid)?.roles.map(({ person_roleid }) => person_roleid) ?? [],
    others: othersThan(about, environment),
    parameters: candidate.parameters,
    randomId,
  };
}

type Changing<P extends keyof RightAnswers> = ScenarioText & { place: P; change: Change<RightAnswers[P]> };

/** Its place says what a scenario changes. */
const changesAt = <P extends keyof RightAnswers>(
  scenario: ScenarioText & { place: Place },
  place: P,
): scenario is Changing<P> => scenario.place === place;

/** The answer as the scenario that acts at this place sends it; the right one where none does. */
export function withScenario<P extends keyof RightAnswers>(
  place: P,
  right: RightAnswers[P],
  environment: Environment,
  about: AnswerAbout,
): RightAnswers[P] | Promise<RightAnswers[P]> {
  return isUndisturbed(place, environment, about) ? right : changed(place, right, environment, about);
}

async function changed<P extends keyof RightAnswers>(
  place: P,
  right: RightAnswers[P],
  environment: Environment,
  about: AnswerAbout,
): Promise<RightAnswers[P]> {
  const candidate = await take(place, environment, about);
  const scenario: (ScenarioText & { place: Place }) | undefined = candidate?.scenario;
  if (!candidate || !scenario || !changesAt(scenario, place)) return right;
  const sent = scenario.change(right, await contextOf(candidate, about, environment));
  if (isDeepStrictEqual(sent, right)) {
    const explanation = `The scenario ${scenario.code} had nothing to change here; the right answer was sent.`;
    environment.journal.record({ kind: 'warned', explanation, ...about.subject });
  } else recordScenario(environment, about.subject, appliedOf(candidate), place);
  return sent;
}
