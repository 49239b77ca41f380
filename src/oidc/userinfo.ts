/** UserInfo: the claims of the granted scopes for a live access token (OpenID Connect Core section 5.3). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { userInfoClaims, withBareObjects } from '../care-identity/claims.ts';
import type { Environment } from '../environment/environment.ts';
import type { Subject } from '../journal/event.ts';
import { Refused } from '../journal/refused.ts';
import { withScenario } from './apply-scenario.ts';
import { bearerOf } from './bearer.ts';
import { ACCESS_TOKENS, GRANTS, type Grant, isGivenIn, realmOfGrant, subjectOfGrant } from './grant.ts';
import { encodingFault } from './parameter-faults.ts';
import { formOf } from './parameters.ts';
import { send } from './send.ts';
import { aboutGrant } from './tokens.ts';

const DESCRIPTION = 'The access token provided is expired, revoked, malformed, or invalid for other reasons.';

const SPECIFICATION = 'RFC 6750 sections 2 and 3.1; facts 10.5';

function refuseToken({ realm }: Environment, found: string, mend: string, subject: Subject = {}): Refused {
  const challenge = `Bearer realm="${realm.claim}", error="invalid_token", error_description="${DESCRIPTION}"`;
  return new Refused(
    {
      status: 401,
      error: 'invalid_token',
      description: DESCRIPTION,
      headers: { 'www-authenticate': challenge },
    },
    {
      rule: 'UserInfo is asked with a live access token.',
      parameter: 'authorization',
      found,
      expected: 'Authorization: Bearer with an access token of this environment',
      mend,
      specification: SPECIFICATION,
    },
    'json',
    subject,
  );
}

/** What an event is about that belongs to the grant of an access token. */
const aboutToken = (grant: Grant): Subject => subjectOfGrant(grant, { client_id: grant.clientId });

/** The bearer token, from the header or from the form (RFC 6750 sections 2.1 and 2.2), never from both. */
function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  const inHeader = bearerOf(header);
  const form = formOf(request.method === 'POST' ? request.body : undefined);
  const fault = encodingFault(form);
  if (fault) {
    throw new Refused(
      { status: 400, error: fault.error, description: fault.description },
      fault.refusal,
      'json',
    );
  }
  const inForm = form.get('access_token');
  if (header !== undefined && inForm !== undefined) {
    throw new Refused(
      {
        status: 400,
        error: 'invalid_request',
        description: 'Access Token cannot be provided in both form and header',
      },
      {
        rule: 'The access token comes once.',
        parameter: 'access_token',
        found: 'one in the header and one in the form',
        expected: 'the header alone',
        mend: 'Send the token in the Authorization header.',
        specification: SPECIFICATION,
      },
      'json',
    );
  }
  const token = inHeader ?? inForm;
  if (token !== undefined) return token;
  throw refuseToken(
    request.environment,
    header === undefined ? 'no access token' : 'an Authorization header that is not Bearer and a token',
    'Send Authorization: Bearer followed by the access_token of the token response.',
  );
}

async function findGrant(token: string, environment: Environment) {
  const { store, directory, realm } = environment;
  const refuse = (found: string, mend: string, grant?: Grant) =>
    refuseToken(environment, found, mend, grant && aboutToken(grant));
  const stored = await store.get(ACCESS_TOKENS, token);
  if (!stored) throw refuse('an unknown or expired access token', 'Log in again for a new access token.');
  const grant = await store.get(GRANTS, stored.value.grantId);
  if (!grant)
    throw refuse('an access token that was revoked', 'Log in again; see the journal for what revoked it.');
  if (!isGivenIn(grant.value, realm))
    throw refuse(
      `an access token of another issuer, ${realmOfGrant(grant.value)}`,
      'Ask the UserInfo endpoint of the issuer that gave it.',
      grant.value,
    );
  const person = directory.person(grant.value.uid);
  if (!person)
    throw refuse(
      `a token of person ${grant.value.uid}, who is gone`,
      'Log in as a person who exists.',
      grant.value,
    );
  return { grant: grant.value, scopes: stored.value.scopes, person };
}

export async function userInfoEndpoint(request: FastifyRequest, reply: FastifyReply) {
  const { environment } = request;
  const { clients, directory, settings, keys, issuer } = environment;
  const { grant, scopes, person } = await findGrant(bearerToken(request), environment);
  const all = userInfoClaims(person, scopes, directory);
  const claims = settings.single_object_collections ? withBareObjects(all) : all;
  environment.journal.record({
    request_id: request.id,
    kind: 'userinfo_answered',
    explanation: `UserInfo was answered with the claims of: ${scopes.join(' ')}.`,
    details: { claims },
    ...aboutToken(grant),
  });
  const right = { status: 200, headers: {}, body: claims };
  const about = aboutGrant(grant, { request_id: request.id, client_id: grant.clientId });
  const answer = await withScenario('userinfo', right, environment, about);
  const signed = clients.get(grant.clientId)?.userinfo_signed_response_alg !== undefined;
  if (!signed || answer.status !== 200 || typeof answer.body === 'string') return send(reply, answer);
  // Without aud, as CIS2’s signed form was seen (facts 2.2).
  return reply.type('application/jwt').send(await keys.sign({ iss: issuer, ...Object(answer.body) }));
}
