/** /_mock/nhsmail/{email}/binding: registers an NHSmail account to a Care Identity profile, as a Registration Authority does. */
import type { FastifyInstance } from 'fastify';
import { unbound } from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import { shared } from './components.ts';
import { change, entryAt } from './entries-routes.ts';
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

export function registerBinding(scope: FastifyInstance) {
  const path = '/nhsmail/:email/binding';

  scope.post<Bind>(path, BIND, async ({ environment, params, body: { uid }, id }) => {
    const { email } = entryAt(environment, 'nhsmail', params.email);
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
        `${email} is bound to ${holder}. Remove that binding first: DELETE /_mock${path.replace(':email', email)}.`,
      );
    }
    const person: Person = {
      ...before,
      authenticators: [{ type: 'nhsmail', nhsmail_account: email }, ...unbound(before, email).authenticators],
    };
    const people = environment.fixtures.people.map((each) => (each === before ? person : each));
    const explanation = `${email} was registered to the Care Identity profile ${uid} by the control API.`;
    change(environment, { people }, { requestId: id, explanation, changed: person });
    return person;
  });

  scope.delete<Bind>(path, UNBIND, async ({ environment, params, id }, reply) => {
    const { email } = entryAt(environment, 'nhsmail', params.email);
    const people = environment.fixtures.people.map((person) => unbound(person, email));
    const explanation = `${email} is registered to no Care Identity profile any more, by the control API.`;
    change(environment, { people }, { requestId: id, explanation });
    return reply.code(204).send();
  });
}
