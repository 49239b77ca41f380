/** /_mock/nhsmail/{email}/binding: registers an NHSmail account to a Care Identity profile, as a Registration Authority does. */
import type { FastifyInstance } from 'fastify';
import { unbound } from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import { shared } from './components.ts';
import { changeFixtures, entryAt, type FixturesChange } from './entries-routes.ts';
import { operation } from './operation.ts';
import { Problem } from './problems.ts';

const body = {
  type: 'object',
  additionalProperties: false,
  required: ['uid'],
  properties: { uid: { type: 'string', description: 'The person to register it to.' } },
  examples: [{ uid: '910000000105' }],
} as const;

const about = {
  tag: 'nhsmail',
  params: {
    type: 'object',
    properties: {
      email: {
        type: 'string',
        description: 'The address of an account in /_mock/nhsmail.',
        examples: ['uma.unbound@nhs.net'],
      },
    },
    required: ['email'],
  },
};

const BIND = operation({
  ...about,
  operationId: 'bindNhsmailAccount',
  summary: 'Register an NHSmail account to a person',
  description:
    'As a Registration Authority does. An account that is bound to somebody else is not taken away (409).',
  body,
  answers: {
    200: { description: 'The person, with the account as an authenticator.', schema: shared('Person') },
  },
  refusals: [404, 409],
});

const UNBIND = operation({
  ...about,
  operationId: 'unbindNhsmailAccount',
  summary: 'Remove the registration of an NHSmail account',
  answers: { 204: { description: 'It is registered to nobody.' } },
  refusals: [404],
});

interface Bind {
  Params: { email: string };
  Body: { uid: string };
}

/** The account as the first authenticator of the person. Throws where either is not there, or it is somebody else’s. */
function binding(environment: Environment, account: string, uid: string): FixturesChange<Person> {
  const { email } = entryAt(environment, 'nhsmail', account);
  const before = environment.directory.person(uid);
  if (!before) {
    throw new Problem(400, `There is no person ${uid}.`, [
      { path: '/uid', found: JSON.stringify(uid), allowed: 'the UID of a person in /_mock/people' },
    ]);
  }
  const holder = environment.directory.profileBoundTo(email)?.person.uid;
  if (holder !== undefined && holder !== uid) {
    throw new Problem(
      409,
      `${email} is bound to ${holder}. Remove that binding first: DELETE /_mock/nhsmail/${email}/binding.`,
    );
  }
  const person: Person = {
    ...before,
    authenticators: [{ type: 'nhsmail', nhsmail_account: email }, ...unbound(before, email).authenticators],
  };
  const people = environment.fixtures.people.map((each) => (each === before ? person : each));
  const explanation = `${email} was registered to the Care Identity profile ${uid} by the control API.`;
  return { next: { people }, explanation, changed: person, answer: person };
}

export function registerBinding(scope: FastifyInstance) {
  const path = '/nhsmail/:email/binding';

  scope.post<Bind>(path, BIND, async (request) => {
    const { environment, params, body } = request;
    return changeFixtures(request, () => binding(environment, params.email, body.uid));
  });

  scope.delete<Bind>(path, UNBIND, async (request, reply) => {
    const { environment, params } = request;
    await changeFixtures(request, () => {
      const { email } = entryAt(environment, 'nhsmail', params.email);
      const people = environment.fixtures.people.map((person) => unbound(person, email));
      const explanation = `${email} is registered to no Care Identity profile any more, by the control API.`;
      return { next: { people }, explanation, answer: undefined };
    });
    return reply.code(204).send();
  });
}
