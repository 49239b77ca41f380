/** The pages of logging out. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathIn } from '../environment/realms.ts';
import type { AskToLogOutPage, LoggedOutPage } from './models.ts';
import { frameOf, showPage } from './render.ts';

export function askToLogOut(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: Readonly<Record<string, string>>,
  targets: readonly string[],
) {
  const { logout_confirmed: _confirmed, ...asked } = parameters;
  const { prefix, realm } = request.environment;
  const page: AskToLogOutPage = {
    ...frameOf(request, 'Do you want to log out?'),
    action: `${prefix}${pathIn(realm, '/connect/endSession')}`,
    fields: Object.entries(asked).map(([name, value]) => ({ name, value })),
  };
  return showPage(reply, 'log-out', page, { formTargets: targets });
}

export function showLoggedOut(request: FastifyRequest, reply: FastifyReply, back?: LoggedOutPage['back']) {
  const page: LoggedOutPage = { ...frameOf(request, 'You are logged out'), ...(back ? { back } : {}) };
  return showPage(reply, 'logged-out', page);
}
