/** Whole log-ins with the keyboard alone: no mouse, and no focus set by the test. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizationUrl, onlyCallback, pageShown, type Stage, setStage, type Visitor } from './support.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

/** nhsuk-frontend marks what has the focus in this yellow. */
const FOCUS_YELLOW = 'rgb(255, 235, 59)';

interface Focused {
  tag: string;
  id: string;
  testId: string | null;
  text: string;
  /** The colours around the element or, for a radio, around the circle that is drawn for it. */
  marks: string;
  isInView: boolean;
}

const focused = ({ page }: Visitor) =>
  page.evaluate<Focused>(`(() => {
    const element = document.activeElement;
    const drawn = [getComputedStyle(element), ...[...(element.labels ?? [])].map((label) => getComputedStyle(label, '::before'))];
    const { top, bottom, width } = element.getBoundingClientRect();
    return {
      tag: element.tagName.toLowerCase(),
      id: element.id,
      testId: element.getAttribute('data-testid'),
      text: element.textContent.trim(),
      marks: drawn.map((style) => [style.outlineColor, style.outlineStyle, style.boxShadow, style.backgroundColor]).join(' '),
      isInView: width > 0 && bottom > 0 && top < innerHeight,
    };
  })()`);

/** Presses a key that moves the focus; it must be on something, where it can be seen. */
async function move(visitor: Visitor, key: string): Promise<Focused> {
  await visitor.page.keyboard.press(key);
  const now = await focused(visitor);
  expect(now.tag, `what has the focus after ${key}`).not.toBe('body');
  expect(now.marks, `how the focus shows on ${now.tag} ${now.text}`).toContain(FOCUS_YELLOW);
  expect(now.isInView, `${now.tag} ${now.text} is in view`).toBe(true);
  return now;
}

const MOST_STEPS = 40;

async function moveTo(visitor: Visitor, key: string, isThere: (now: Focused) => boolean) {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    if (isThere(await move(visitor, key))) return;
  }
  throw new Error(`${MOST_STEPS} times ${key} did not get there`);
}

const tabTo = (visitor: Visitor, testId: string) => moveTo(visitor, 'Tab', (now) => now.testId === testId);

/** Into the radios by Tab, and on to the one by the arrow, which selects it. */
async function selectRadio(visitor: Visitor, first: string, wanted: string) {
  await tabTo(visitor, first);
  await moveTo(visitor, 'ArrowDown', (now) => now.testId === wanted);
}

/** Presses Enter or Space on what leads to another page. */
async function activate({ page }: Visitor, key = 'Enter') {
  const arrived = page.waitForEvent('load');
  await page.keyboard.press(key);
  await arrived;
}

/** From the application’s own page through NHSmail, up to the number match. */
async function signInByKeyboard(visitor: Visitor, email: string) {
  await visitor.page.goto(visitor.application.linkTo(authorizationUrl(visitor)));
  await visitor.page.keyboard.press('Tab');
  await activate(visitor);
  await selectRadio(visitor, 'authenticator-smartcard', 'authenticator-nhsmail');
  await tabTo(visitor, 'continue');
  await activate(visitor);
  await tabTo(visitor, 'email');
  await visitor.page.keyboard.type(email);
  await tabTo(visitor, 'password');
  await visitor.page.keyboard.type('password');
  // Enter in a field sends the form that it belongs to.
  await activate(visitor);
}

describe('with the keyboard alone', () => {
  it('a person logs in, from the application through every page and the choice of a role back to it', async () => {
    const visitor = await stage.visitor();

    await signInByKeyboard(visitor, 'robin.roles@nhs.net');
    expect(await pageShown(visitor)).toBe('page-number-match');
    await tabTo(visitor, 'approve');
    await activate(visitor, 'Space');
    expect(await pageShown(visitor)).toBe('page-select-role');
    await selectRadio(visitor, 'role-930001020001', 'role-930001020002');
    await tabTo(visitor, 'continue');
    await activate(visitor);

    expect(await pageShown(visitor)).toBe('application');
    expect(onlyCallback(stage.application)).toMatchObject({ code: expect.any(String), state: 'the-state' });
    expect(visitor.faults).toEqual([]);
  });

  it('a person whose log-in failed gets to a different way to log in', async () => {
    const visitor = await stage.visitor();

    await signInByKeyboard(visitor, 'uma.unbound@nhs.net');
    await tabTo(visitor, 'approve');
    await activate(visitor);
    expect(await pageShown(visitor)).toBe('outcome-nhsmail_not_registered');
    await tabTo(visitor, 'different-way');
    await activate(visitor);

    expect(await pageShown(visitor)).toBe('page-choose-authenticator');
    await selectRadio(visitor, 'authenticator-smartcard', 'authenticator-ipad_app');
    expect(visitor.faults).toEqual([]);
  });

  it('the skip link comes first, and leads past the header to what the page is about', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(authorizationUrl(visitor));

    const first = await move(visitor, 'Tab');
    expect(first.text).toBe('Skip to main content');
    await visitor.page.keyboard.press('Enter');
    expect((await focused(visitor)).id).toBe('maincontent');
    expect((await move(visitor, 'Tab')).testId).toBe('authenticator-smartcard');
  });

  it('Escape folds the menu, and gives the focus back to what opens it', async () => {
    const visitor = await stage.visitor();
    await visitor.page.setViewportSize({ width: 360, height: 800 });
    await visitor.page.goto(visitor.mock.url);
    await moveTo(visitor, 'Tab', (now) => now.id === 'toggle-menu');
    await visitor.page.keyboard.press('Enter');
    await move(visitor, 'Tab');
    await move(visitor, 'Tab');

    expect((await move(visitor, 'Escape')).id).toBe('toggle-menu');
    expect(await visitor.page.locator('#toggle-menu').getAttribute('aria-expanded')).toBe('false');
    await visitor.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('a mistake takes the focus to its summary, whose link leads to the field', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(authorizationUrl(visitor));
    await tabTo(visitor, 'continue');
    await activate(visitor);

    expect((await focused(visitor)).testId).toBe('error-summary');
    expect((await move(visitor, 'Tab')).text).toBe('Select how you want to log in');
    await visitor.page.keyboard.press('Enter');
    expect((await focused(visitor)).id).toBe('authenticator');
  });

  it('Enter in the search box of a long list of roles searches, and selects none', async () => {
    const visitor = await stage.visitor();
    await signInByKeyboard(visitor, 'morgan.manyroles@nhs.net');
    await tabTo(visitor, 'approve');
    await activate(visitor);
    await tabTo(visitor, 'search');
    await visitor.page.keyboard.type('tanner street');
    await activate(visitor);

    expect(await pageShown(visitor)).toBe('page-select-role');
    expect(await visitor.page.locator('input[type=radio]').count()).toBe(1);
    expect(await visitor.page.getByTestId('search').inputValue()).toBe('tanner street');
  });
});
