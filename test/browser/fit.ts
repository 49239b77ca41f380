/** That a page fits into the window, however narrow. Beside support.ts, which a script outside vitest uses too. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/**
 * Makes the window this wide, and expects nothing of the page beyond its edge. The page’s own script may come to fold
 * the menu a moment later.
 */
export async function expectToFit(page: Page, width: number) {
  await page.setViewportSize({ width, height: 800 });
  const beyond = 'Math.max(0, document.documentElement.scrollWidth - window.innerWidth)';
  await expect
    .poll(() => page.evaluate(`[window.innerWidth, ${beyond}]`), { message: 'width, and pixels beyond it' })
    .toEqual([width, 0]);
}
