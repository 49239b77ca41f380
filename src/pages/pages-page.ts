/** The addresses of the gallery of pages, which is loaded when somebody looks at it. */
import type { FastifyInstance } from 'fastify';
import type { PictureRequest } from './pages-gallery.ts';
import { allowOnly } from './refusals.ts';

const gallery = () => import('./pages-gallery.ts');

export function registerPagesPage(app: FastifyInstance) {
  app.get('/pages', async (request, reply) => (await gallery()).showPages(request, reply));
  app.get('/pages/:name', async (request: PictureRequest, reply) =>
    (await gallery()).showPicture(request, reply),
  );
  allowOnly(app, '/pages/:name', ['GET', 'HEAD']);
}
