/** The styles, scripts and pictures of the pages, as `npm run build` made them. */
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { inPackage } from '../settings/package-folder.ts';

const ASSETS = fileURLToPath(inPackage('dist/assets/'));

/** What files are called there: no dot begins a name, so that no path leads out of the folder or to what is hidden. */
const PATH = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

type AssetRequest = FastifyRequest<{ Params: { '*': string } }>;

async function sendAsset(request: AssetRequest, reply: FastifyReply) {
  const path = request.params['*'];
  if (!PATH.test(path)) return reply.callNotFound();
  // Loaded when a page is looked at: no start waits for it.
  const { default: send } = await import('@fastify/send');
  const options = { root: ASSETS, index: false, dotfiles: 'ignore', maxAge: '1h' } as const;
  const { type, statusCode, headers, stream } = await send(request.raw, path, options);
  if (type !== 'file') return reply.callNotFound();
  return reply.code(statusCode).headers(headers).send(stream);
}

export function registerAssets(app: FastifyInstance) {
  app.get('/assets/*', sendAsset);
}
