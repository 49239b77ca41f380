/** A sample of a page: what its view is given, with made-up people, and when a person meets it. */
import type { FastifyRequest } from 'fastify';
import type { Frame } from '../models.ts';
import { frameOf } from '../render.ts';

export interface Sample {
  /** In the address of its picture. */
  name: string;
  /** Tells this page, or this state of a page, from the others. */
  title: string;
  /** When it is shown, as a whole sentence. */
  when: string;
  /** The HTTP status that the real page has. */
  status: number;
  /** The real page’s address, as a pattern. */
  address: string;
  view: string;
  page: (scene: Scene) => Frame;
}

/** What samples are made with. */
export interface Scene {
  request: FastifyRequest;
  /** The picture’s own address: where its forms and links lead, so that they lead nowhere. */
  self: string;
  frame: (title: string, hasErrors?: boolean) => Frame;
}

export function sceneOf(request: FastifyRequest, name: string): Scene {
  const { prefix } = request.environment;
  const pictureOf = { galleryUrl: `${prefix}/pages#${name}` };
  return {
    request,
    self: `${prefix}/pages/${name}`,
    frame: (title, hasErrors = false) => ({ ...frameOf(request, title), hasErrors, pictureOf }),
  };
}

/** A sample whose model is checked as that of its view. */
export const sample = <Page extends Frame>(
  about: Omit<Sample, 'page'>,
  page: (scene: Scene) => Page,
): Sample => ({ ...about, page });

/** The application that a sample’s person logs in to. */
export const APPLICATION = 'Mock application';
