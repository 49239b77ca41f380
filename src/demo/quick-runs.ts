/** One press for each way in which a log-in can end: without pages, by the first account of the fixtures. */
import type { Environment } from '../environment/environment.ts';
import { ALWAYS_ENDS_AT } from '../login/outcomes.ts';
import { LOGIN_OUTCOMES } from '../scenarios/login-outcomes.ts';
import { DEFAULT_OPTIONS, type DemoOptions, fieldsOf } from './options.ts';

export interface Quick {
  title: string;
  testId: string;
  buttons: { text: string; testId: string; fields: { name: string; value: string }[] }[];
}

const WHERE: Readonly<Record<DemoOptions['onFailure'], string>> = {
  page: 'On CIS2’s page',
  redirect: 'In the application',
};

export function quickRuns({ fixtures }: Environment): Quick[] {
  const persona = fixtures.nhsmail[0]?.email ?? fixtures.people[0]?.uid ?? '';
  const success: Quick = {
    title: 'The person logs in',
    testId: 'demo-run-success',
    buttons: [
      {
        text: 'In the application',
        testId: 'demo-run-success-redirect',
        fields: fieldsOf({ ...DEFAULT_OPTIONS, persona }),
      },
    ],
  };
  const failures = LOGIN_OUTCOMES.map(({ code, title, outcome }): Quick => {
    const ends = ALWAYS_ENDS_AT[outcome];
    const places = ends === undefined ? (['page', 'redirect'] as const) : [ends];
    return {
      title,
      testId: `demo-run-${code}`,
      buttons: places.map((onFailure) => ({
        text: WHERE[onFailure],
        testId: `demo-run-${code}-${onFailure}`,
        fields: fieldsOf({ ...DEFAULT_OPTIONS, persona, scenario: code, onFailure }),
      })),
    };
  });
  return [success, ...failures];
}
