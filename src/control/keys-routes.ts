/** /_mock/keys: the life of the signing keys. Publish a new one, use it, retire the old one; each step can be undone. */
import type { FastifyInstance } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import { KeyFault } from '../environment/signing-key-states.ts';
import { type Answer, operation } from './operation.ts';

type Action = 'publish' | 'use' | 'retire';

interface KeyChange {
  Body: { action: Action; kid?: string };
}

const body = {
  type: 'object',
  additionalProperties: false,
  required: ['action'],
  properties: {
    action: { enum: ['publish', 'use', 'retire'], description: 'The next step in the life of a key.' },
    kid: {
      type: 'string',
      description:
        'publish: a retired key to take back; left out, a new one is made. use: left out, the newest that is published. retire: left out, the oldest that is published.',
    },
  },
  examples: [{ action: 'publish' }],
} as const;

const listed: Answer = {
  description: 'The signing keys, oldest first.',
  schema: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['kid', 'status'],
      properties: {
        kid: { type: 'string', description: 'The id in the JWKS and in the headers of tokens.' },
        status: {
          enum: ['active', 'published', 'retired'],
          description:
            'active: signs. published: is in the JWKS, ready to sign. retired: is out of the JWKS.',
        },
      },
    },
  },
};

const LIST = operation({
  tag: 'keys',
  operationId: 'listKeys',
  summary: 'List the signing keys',
  answers: { 200: listed },
});

const CHANGE = operation({
  tag: 'keys',
  operationId: 'changeKey',
  summary: 'Publish, use or retire a signing key',
  description:
    'As a provider rotates: publish, wait until applications have read the JWKS anew, use, retire.',
  body,
  answers: { 200: listed },
  refusals: [409],
});

/** The key that an action means where it names none. */
async function meant(action: Exclude<Action, 'publish'>, { keys }: Environment): Promise<string> {
  const published = (await keys.list()).filter(({ status }) => status === 'published');
  const key = action === 'use' ? published.at(-1) : published[0];
  if (key) return key.kid;
  throw new KeyFault(`There is no published key to ${action}. Publish one first.`);
}

async function changeKey({ action, kid }: KeyChange['Body'], environment: Environment): Promise<string> {
  const { keys } = environment;
  if (action === 'publish') return keys.publish(kid);
  const chosen = kid ?? (await meant(action, environment));
  await keys[action](chosen);
  return chosen;
}

export function registerKeys(scope: FastifyInstance) {
  scope.get('/keys', LIST, async ({ environment }) => environment.keys.list());

  scope.post<KeyChange>('/keys', CHANGE, async (request) => {
    const { environment } = request;
    let kid = '';
    await environment.change(async () => {
      kid = await changeKey(request.body, environment);
    });
    const list = await environment.keys.list();
    environment.journal.record({
      request_id: request.id,
      kind: 'key_changed',
      explanation: `The key ${kid} is ${list.find((key) => key.kid === kid)?.status} now.`,
      details: { action: request.body.action, kid },
    });
    return list;
  });
}
