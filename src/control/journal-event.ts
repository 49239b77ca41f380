/** How an event of the journal is described to callers of the control API. */
import { EVENT_KINDS } from '../journal/events.ts';

const text = (description: string) => ({ type: 'string', description });

const REFUSAL = {
  type: 'object',
  additionalProperties: false,
  required: ['rule', 'found', 'expected', 'mend', 'specification'],
  description: 'Why something was refused, in the developer’s voice.',
  properties: {
    rule: text('The rule that was broken.'),
    parameter: text('The parameter, header, cookie or field at fault, where it is one.'),
    found: text('What was received.'),
    expected: text('What would have been right.'),
    mend: text('What to change, and where.'),
    specification: text('The section of the specification, or the fact about CIS2.'),
  },
};

export const JOURNAL_EVENT = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'time', 'kind', 'explanation'],
  properties: {
    id: { type: 'integer', minimum: 1, description: 'Counts up from 1.' },
    time: text('ISO 8601, by the mock’s clock.'),
    kind: { enum: EVENT_KINDS },
    explanation: text('One sentence that a person can follow.'),
    request_id: text('The x-mock-cis2-request-id of the answer.'),
    login_id: text('The log-in that it belongs to.'),
    client_id: text('The client that it is about.'),
    uid: text('The person whom it is about.'),
    details: { type: 'object', description: 'What was seen or sent, without secrets.' },
    refusal: REFUSAL,
  },
};
