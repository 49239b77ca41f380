/** What the tests of the console share: a console in a tab, its switches and words, and the API to see effects by. */
import { authorizationUrl, setStage, textOf } from './support.ts';

export type Console = Awaited<ReturnType<typeof setConsole>>;

/** A console that one file of tests works with; `open` it before each test. */
export async function setConsole() {
  const stage = await setStage();
  const visitor = await stage.visitor();
  const { page } = visitor;

  /** An address of the default environment, or of that below /env/{name}. */
  const at = (path: string, environment = '') => `${stage.mock.url.slice(0, -1)}${environment}${path}`;

  const control = (testId: string) => page.getByTestId(testId);

  return {
    ...visitor,
    close: () => stage.close(),

    control,

    /** Opens the console, and waits until every section is drawn. */
    async open(environment = '') {
      await page.goto(at('/console', environment));
      await control('reset').waitFor();
    },

    /** The console of an environment as it began, and no fault so far. */
    async openAnew() {
      await this.api('POST', '/reset');
      await this.open();
      visitor.faults.splice(0);
    },

    /** Presses a button and waits for what the live region says then. */
    async press(testId: string, says: string | RegExp) {
      await control(testId).click();
      await page.getByTestId('notice').filter({ hasText: says }).waitFor();
    },

    text: (testId: string) => textOf(visitor, `[data-testid="${testId}"]`),

    /** The data-testid of what has the focus. */
    focused: () => page.evaluate<string | null>(`document.activeElement.getAttribute('data-testid')`),

    async api(method: string, path: string, body?: object, environment = '') {
      const response = await fetch(at(`/_mock${path}`, environment), {
        method,
        ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      return text === '' ? undefined : JSON.parse(text);
    },

    /** What the authorization endpoint answers to a log-in without pages. */
    logIn: (parameters: Readonly<Record<string, string>>) =>
      page.request.get(authorizationUrl(visitor, parameters), { maxRedirects: 0 }),

    /** How a log-in without pages ends for this account or UID. */
    async outcomeOf(persona: string): Promise<string> {
      const response = await this.logIn({ mock_login: persona });
      return response.headers()['x-mock-cis2-outcome'] ?? '';
    },
  };
}
