/** The addresses of the demonstration application, which is loaded when somebody first comes to it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { demoHandlers } from './handlers.ts';

type Handlers = ReturnType<typeof demoHandlers>;

export function registerDemo(app: FastifyInstance) {
  let loaded: Promise<Handlers> | undefined;
  const load = async () => (await import('./handlers.ts')).demoHandlers(app);
  const by = (name: keyof Handlers) => async (request: FastifyRequest, reply: FastifyReply) => {
    loaded ??= load();
    const handlers: Record<keyof Handlers, (request: never, reply: FastifyReply) => unknown> = await loaded;
    return handlers[name](request as never, reply);
  };
  app.get('/demo', by('showStart'));
  app.post('/demo/log-in', by('beginLogIn'));
  // The address bar shows the form’s own path after an error in it.
  app.get('/demo/log-in', async ({ environment }, reply) =>
    reply.redirect(`${environment.prefix}/demo`, 302),
  );
  app.get('/demo/callback', { exposeHeadRoute: false }, by('takeCallback'));
  app.get('/demo/result/:state', by('showResult'));
  app.post('/demo/log-out', by('logOut'));
  app.get('/demo/logged-out', by('showLoggedOut'));
  app.post('/demo/backchannel-logout', by('takeLogoutToken'));
}
