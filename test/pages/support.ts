/** Reading pages as a test sees them: by their data-testids. */
import type { MockCis2 } from '../../src/index.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The text of a piece of HTML. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);

/** What stands in an element that holds no other of its kind. */
export function inside(html: string, testId: string): string {
  const [, tag = '', rest = ''] =
    new RegExp(`<(\\w+)[^>]*data-testid="${testId.replaceAll('.', '\\.')}"[^>]*>(.*)`, 's').exec(html) ?? [];
  return rest.split(`</${tag}>`)[0] ?? '';
}

export const textIn = (html: string, testId: string): string => textOf(inside(html, testId)).trim();

/** The start page, with a query. */
export async function shownOn(mock: MockCis2, query = ''): Promise<string> {
  const answer = await fetch(`${mock.url}${query}`);
  return answer.text();
}

/** The settings to paste, by the name of their form. */
export async function formsOf(page: Promise<string>): Promise<Record<string, string>> {
  const html = await page;
  const names = [...html.matchAll(/data-testid="settings-([\w-]+)"/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, textIn(html, `settings-${name}`)]));
}
