import { describe, expect, test } from 'vitest';
import { browser, logIn, testMock } from '../support/mock.ts';

describe('the pages that end a log-in say what the guidance documents', () => {
  const said: [string, string, RegExp[]][] = [
    ['sol.slow@nhs.net', 'Timed out', [/too long/, /approve/i]],
    [
      'uma.unbound@nhs.net',
      'NHSmail authenticator not registered',
      [/most likely/, /private beta/, /Registration Authority/],
    ],
    [
      'bea.notinbeta@nhs.net',
      'NHSmail authenticator not registered',
      [/most likely/, /private beta/, /Registration Authority/],
    ],
    ['ira.internalerror@nhs.net', 'Try again', [/temporary/]],
  ];

  test.each(said)('%s: %s', async (account, heading, phrases) => {
    const { app } = await testMock();
    const { body } = await logIn(browser(app), account);
    expect(body).toMatch(new RegExp(`<h1[^>]*>\\s*${heading}\\s*</h1>`));
    for (const phrase of phrases) expect(body).toMatch(phrase);
    expect(body).toMatch(/a different way/i);
    expect(body).toMatch(/local IT support/);
    expect(body).toMatch(/NHSmail is now called NHS\.net Connect|NHS\.net Connect/);
    for (const link of [
      'https://nhsdigitallive.service-now.com/csm',
      'mailto:ssd.nationalservicedesk@nhs.net',
      'https://digital.nhs.uk/services/care-identity-service/setting-up-and-troubleshooting',
      'https://digital.nhs.uk/services/care-identity-service/news',
      'https://digital.nhs.uk/services/care-identity-service/smartcard-and-authentication-users/find-your-registration-authority',
    ]) {
      expect(body).toContain(`href="${link}"`);
    }
  });

  test.each([
    ['uma.unbound@nhs.net', {}, 'accounts'],
    ['lou.locked@nhs.net', {}, 'accounts'],
    ['bea.notinbeta@nhs.net', {}, 'organisations'],
    ['sol.slow@nhs.net', {}, 'time-limits'],
    ['ira.internalerror@nhs.net', {}, 'scenarios'],
    ['alex.bound@nhs.net', { mock_scenario: 'NHSMAIL_NOT_REGISTERED' }, 'scenarios'],
    ['alex.bound@nhs.net', { acr_values: 'AAL3_ANY' }, 'people'],
  ])(
    'the page of %s %o leads to where in the console its reason is changed',
    async (persona, also, section) => {
      const { app } = await testMock();
      const { body } = await logIn(browser(app), persona, also);
      expect(body).toContain(`href="/console#${section}" data-testid="change-in-console"`);
      expect((await app.inject('/console')).body).toContain(`id="${section}"`);
    },
  );

  test('both reasons of not registered show one page, and the true reason only in the mock’s own panel', async () => {
    const { app } = await testMock();
    const page = async (account: string) => {
      const { body } = await logIn(browser(app), account);
      const [before = '', panel = ''] = body.split('data-testid="mock-panel"');
      const words = before.split('<h1')[1]?.replaceAll(/action="[^"]*"/g, '');
      return { words, panel };
    };
    const unbound = await page('uma.unbound@nhs.net');
    const outside = await page('bea.notinbeta@nhs.net');
    expect(outside.words).toBe(unbound.words);
    expect(unbound.panel).toContain('no Care Identity profile has uma.unbound@nhs.net');
    expect(outside.panel).toContain('RZ8');
  });
});
