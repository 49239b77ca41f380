/** The console: a page whose script shows and changes its environment by the control API, and by nothing else. */
import type { FastifyInstance } from 'fastify';
import { DEFAULT_ENVIRONMENT } from '../environment/create-environment.ts';
import { baseOf } from '../environment/environment.ts';
import type { ConsolePage } from './models.ts';
import { showPage, toolFrameOf } from './render.ts';

/** A section of the console of an environment. */
export const consoleUrl = (prefix: string, section: string): string => `${prefix}/console#${section}`;

export function registerConsolePage(app: FastifyInstance) {
  app.get('/console', async (request, reply) => {
    const { environment } = request;
    const { name } = environment;
    return showPage<ConsolePage>(reply, 'console', {
      ...toolFrameOf(request, 'Console', 'console'),
      controlUrl: `${baseOf(environment)}/_mock`,
      ...(name === DEFAULT_ENVIRONMENT ? {} : { environmentName: name }),
    });
  });
}
