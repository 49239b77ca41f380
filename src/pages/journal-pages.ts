/** The journal to look at: all log-ins live, and one as a sequence. Scripts draw both from the control API alone. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JournalLogInPage } from './models.ts';
import { showPage, toolFrameOf } from './render.ts';

/** Where the journal shows what happened: the log-in where it is known, otherwise the one request. */
export const journalUrl = (prefix: string, about: { loginId: string } | { requestId: string }): string =>
  'loginId' in about
    ? `${prefix}/journal/${encodeURIComponent(about.loginId)}`
    : `${prefix}/journal?request_id=${encodeURIComponent(about.requestId)}`;

function logInPage(request: FastifyRequest, about: JournalLogInPage['about']): JournalLogInPage {
  const { environment } = request;
  const filter = about.name === 'login_id' ? { login_id: about.value } : { request_id: about.value };
  return {
    ...toolFrameOf(request, about.name === 'login_id' ? 'One log-in' : 'One request', 'journal'),
    about,
    issuer: environment.issuer,
    eventsUrl: `${environment.prefix}/_mock/journal?${new URLSearchParams(filter)}`,
  };
}

async function showJournal(
  request: FastifyRequest<{ Querystring: { request_id?: string | string[] } }>,
  reply: FastifyReply,
) {
  const { request_id: requestId } = request.query;
  if (typeof requestId === 'string') {
    return showPage(reply, 'journal-log-in', logInPage(request, { name: 'request_id', value: requestId }));
  }
  return showPage(reply, 'journal', toolFrameOf(request, 'Journal', 'journal'));
}

export function registerJournalPages(app: FastifyInstance) {
  app.get('/journal', showJournal);
  app.get<{ Params: { loginId: string } }>('/journal/:loginId', async (request, reply) =>
    showPage(
      reply,
      'journal-log-in',
      logInPage(request, { name: 'login_id', value: request.params.loginId }),
    ),
  );
}
