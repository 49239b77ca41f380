/** Every time limit, in one form. */
import { control } from '../control-api.js';
import { element } from '../element.js';
import { actionForm } from './changes.js';
import { numberOrText, textField, typedIn } from './fields.js';

/** @type {Record<keyof import('../../src/settings/settings-schema.ts').Timeouts, { label: string, hint: string }>} */
const LIMITS = {
  login_seconds: { label: 'Log-in', hint: 'From the authorization request to the end of the log-in' },
  sign_in_seconds: { label: 'Sign-in', hint: 'From the NHSmail sign-in page to the address and password' },
  number_match_seconds: { label: 'Number match', hint: 'From the number on the page to its approval' },
  authorization_code_seconds: { label: 'Authorization code', hint: 'How long it can be used' },
  access_token_seconds: { label: 'Access token', hint: 'How long it can be used' },
  id_token_seconds: { label: 'ID token', hint: 'From iat to exp' },
  refresh_token_seconds: { label: 'Refresh token', hint: 'How long it can be used' },
  session_idle_seconds: { label: 'Idle session', hint: 'A session unused for this long is over' },
  session_max_seconds: { label: 'Longest session', hint: 'A session this old is over' },
  client_assertion_seconds: { label: 'Client assertion', hint: 'How far ahead its exp may be' },
  clock_tolerance_seconds: { label: 'Clock difference', hint: 'How far a client’s clock may differ' },
  logout_token_seconds: { label: 'Logout token', hint: 'From iat to exp' },
  outbound_call_seconds: { label: 'Calls to the client', hint: 'How long its keys or its logout may take' },
};

/** @typedef {[name: keyof typeof LIMITS, value: number]} Limit */

/** @param {string} name */
const testIdOf = (name) => `limit-${name}`;

/** @param {Limit} limit */
const fieldOf = ([name, value]) =>
  textField({
    testId: testIdOf(name),
    ...LIMITS[name],
    unit: 'seconds',
    pointer: `/timeouts/${name}`,
    value,
    width: 10,
    numeric: true,
  });

/** @param {readonly Limit[]} limits @param {HTMLFormElement} form */
function changedIn(limits, form) {
  const typed = limits.map(([name, value]) => ({ name, value, typed: typedIn(form, testIdOf(name)) }));
  return typed.filter((each) => each.typed !== String(each.value));
}

/** @type {import('./page.js').Section} */
export const timeLimits = {
  name: 'time-limits',
  reads: ['/settings'],
  draw(known) {
    const limits = /** @type {Limit[]} */ (Object.entries(known('/settings').timeouts));
    const form = actionForm(
      {
        testId: 'time-limits-save',
        submit: 'Save the time limits',
        changes: ['/settings'],
        async act(sent) {
          const changed = changedIn(limits, sent);
          if (changed.length === 0) return 'No time limit was changed.';
          const timeouts = Object.fromEntries(
            changed.map(({ name, typed }) => [name, typed === '' ? null : numberOrText(typed)]),
          );
          const after = await control('PATCH', '/settings', { timeouts });
          const each = changed.map(({ name }) => `${LIMITS[name].label}: ${after.timeouts[name]} seconds`);
          return `Saved. ${each.join(', ')}.`;
        },
      },
      element('div', { class: 'mock-columns' }, ...limits.map(fieldOf)),
    );
    return [form];
  },
};
