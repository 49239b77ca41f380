/** What scenarios do to an answer over HTTP. */
import { htmlPage } from './credible-values.ts';
import type { Answer, Change, ScenarioContext } from './scenario.ts';

type Members = Readonly<Record<string, unknown>>;

function membersOf({ body }: Answer): Members {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

/** Adds members to the JSON object, or puts others in their place. */
export const withMembers =
  (made: (members: Members, context: ScenarioContext) => Members): Change<Answer> =>
  (right, context) => {
    const members = membersOf(right);
    return { ...right, body: { ...members, ...made(members, context) } };
  };

export const withoutMembers =
  (...names: readonly string[]): Change<Answer> =>
  (right) => ({
    ...right,
    body: Object.fromEntries(Object.entries(membersOf(right)).filter(([name]) => !names.includes(name))),
  });

/** An OAuth error in place of the answer (RFC 6749 section 5.2). */
export const errorAnswer =
  (status: number, error: string, description: string): Change<Answer> =>
  (right) => ({ ...right, status, body: { error, error_description: description } });

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** A page that a gateway sends: it knows nothing of the provider’s own headers. */
export const pageAnswer = (status: number, heading: string): Answer => ({
  status,
  headers: HTML,
  body: htmlPage(heading),
});

/** The status of success, and a page for people in place of the JSON. */
export const pageInPlaceOfJson: Change<Answer> = (right) => ({
  ...right,
  headers: { ...right.headers, ...HTML },
  body: htmlPage('Down for maintenance'),
});
