/** /_mock/nhsmail/{email}/binding: registers an NHSmail account to a Care Identity profile, as a Registration Authority does. */
import type { FastifyInstance } from 'fastify';
import { unbound } from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import { change, entryAt } from './entries-routes.ts';
import { Problem } from './problems.ts';

const body = {
  type: 'object',
  additionalProperties: false,
  required: ['uid'],
  properties: { uid: { type: 'string', description: 'The person to register it to.' } },
} as const;

interface Bind {
  Params: { email: string };
  Body: { uid: string };
}

export function registerBinding(scope: FastifyInstance) {
  const path = '/nhsmail/:email/binding';

  scope.post<Bind>(path, { schema: { body } }, async ({ environment, params, body: { uid }, id }) => {
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

  scope.delete<Bind>(path, async ({ environment, params, id }, reply) => {
    const { email } = entryAt(environment, 'nhsmail', params.email);
    const people = environment.fixtures.people.map((person) => unbound(person, email));
    const explanation = `${email} is registered to no Care Identity profile any more, by the control API.`;
    change(environment, { people }, { requestId: id, explanation });
    return reply.code(204).send();
  });
}
