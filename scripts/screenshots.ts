/**
 * Draws every page on a phone and on a wide screen into screenshots/, for people to look at, and the README’s
 * picture into docs/images/. The pages and the ways there are those of the browser tests.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JOURNEYS } from '../test/browser/pages.ts';
import { ROLE_REQUIRED, type Stage, setStage, type Visitor } from '../test/browser/support.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const WIDTHS = [360, 1280];

/** Of a longer page, the console, the first part is drawn: the rest of its lists looks the same. */
const MOST_HEIGHT = 6000;

/** The page that the README shows, down to the end of why this happens: more would weigh too much. */
const README_PAGE = 'not-registered';
const README_CROP = { x: 0, y: 0, width: 1280, height: 630 };

const drawForReadme = ({ page }: Visitor) =>
  page.screenshot({ path: join(root, 'docs/images/not-registered.png'), clip: README_CROP });

async function drawAtEachWidth({ page }: Visitor, name: string) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    await page.screenshot({
      path: join(root, `screenshots/${name}-${width}.png`),
      fullPage: true,
      clip: { x: 0, y: 0, width, height: Math.min(height, MOST_HEIGHT) },
    });
  }
}

async function drawAll(stage: Stage) {
  for (const { pages } of JOURNEYS) {
    const visitor = await stage.visitor();
    for (const { name, walk } of pages) {
      await walk(visitor);
      await drawAtEachWidth(visitor, name);
      if (name === README_PAGE) await drawForReadme(visitor);
    }
  }
}

await rm(join(root, 'screenshots'), { recursive: true, force: true });
await mkdir(join(root, 'docs/images'), { recursive: true });
const stage = await setStage({ fixtures: ROLE_REQUIRED });
try {
  await drawAll(stage);
} finally {
  await stage.close();
}
