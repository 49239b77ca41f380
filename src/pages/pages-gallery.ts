/** The gallery of the pages that a person can meet in a log-in, and a picture of each, as it stands. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PagesPage } from './models.ts';
import { FRAMES_OWN_PAGES, PICTURE, showPage, toolFrameOf } from './render.ts';
import { OUTCOMES } from './samples/outcomes.ts';
import { ERRORS, LOGGING_OUT } from './samples/refusals.ts';
import { type Sample, sceneOf } from './samples/sample.ts';
import { STEPS } from './samples/steps.ts';

/** In the order in which a person meets them. */
const GROUPS: readonly { id: string; title: string; samples: readonly Sample[] }[] = [
  { id: 'steps', title: 'The steps of a log-in', samples: STEPS },
  { id: 'outcomes', title: 'How a log-in ends without success', samples: OUTCOMES },
  { id: 'errors', title: 'What cannot be answered', samples: ERRORS },
  { id: 'logging-out', title: 'Logging out', samples: LOGGING_OUT },
];

const byName = new Map(GROUPS.flatMap(({ samples }) => samples).map((sample) => [sample.name, sample]));

function pagesPage(request: FastifyRequest): PagesPage {
  const { prefix } = request.environment;
  return {
    ...toolFrameOf(request, 'Pages', 'pages'),
    groups: GROUPS.map(({ id, title, samples }) => ({
      id,
      title,
      pages: samples.map(({ name, title: ofPage, when, status, address }) => ({
        name,
        title: ofPage,
        when,
        status,
        address,
        url: `${prefix}/pages/${name}`,
      })),
    })),
  };
}

export type PictureRequest = FastifyRequest<{ Params: { name: string } }>;

export async function showPicture(request: PictureRequest, reply: FastifyReply) {
  const { name } = request.params;
  const sample = byName.get(name);
  if (!sample) return reply.callNotFound();
  return showPage(reply, sample.view, sample.page(sceneOf(request, name)), PICTURE);
}

export const showPages = (request: FastifyRequest, reply: FastifyReply) =>
  showPage(reply, 'pages', pagesPage(request), FRAMES_OWN_PAGES);
