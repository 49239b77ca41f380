/** NHSmail accounts: registered or not, locked, and how their number match ends. */
import { control } from '../control-api.js';
import { element } from '../element.js';
import { holdersOf, nameOf, register, unregister } from './bindings.js';
import { actionButton, actionForm } from './changes.js';
import { entriesTable } from './entries.js';
import { numberOrText, selectField, textField, typedIn } from './fields.js';
import { addressOf, entryEditor, newEntry } from './json-editor.js';
import { heading, tag } from './parts.js';

/** @typedef {import('../../src/care-identity/schema.ts').NhsmailAccount} Account */
/** @typedef {import('./bindings.js').Person} Person */
/** @typedef {ReturnType<typeof holdersOf>} Holders */

const LIST = 'nhsmail';
const CHANGES = ['/nhsmail'];

/** Most people to choose from; for others there is the section People. */
const MOST_CHOICES = 50;

/** @param {Account} account @param {Holders} holders */
const holderOf = ({ email }, holders) => holders.get(email.toLowerCase());

/** @param {Account} account @param {Holders} holders */
function registrationTag(account, holders) {
  const { status = 'registered' } = holderOf(account, holders)?.binding ?? { status: 'none' };
  const testId = `registration-${account.email}`;
  if (status === 'registered') return tag('Registered', 'green', testId);
  if (status === 'pending') return tag('Pending', 'yellow', testId);
  return tag(status === 'removed' ? 'Removed' : 'Not registered', 'grey', testId);
}

/** Whose account it is by its address, where nobody has it registered. @param {Account} account @param {readonly Person[]} people */
const ownerOf = ({ email }, people) =>
  people.find((person) => person.email?.toLowerCase() === email.toLowerCase());

/**
 * Registers the account to whom it belongs, or takes the registration away.
 * @param {Account} account
 * @param {Holders} holders
 * @param {readonly Person[]} people
 */
function registrationSwitch(account, holders, people) {
  const { email } = account;
  const holder = holderOf(account, holders);
  if (holder && (holder.binding.status ?? 'registered') === 'registered') {
    return actionButton({
      text: 'Remove the registration',
      about: `of ${email}`,
      testId: `unbind-${email}`,
      changes: ['/people'],
      act: () => unregister(email),
    });
  }
  const person = holder?.person ?? ownerOf(account, people);
  if (!person) return undefined;
  return actionButton({
    text: `Register to ${nameOf(person)}`,
    about: `, ${email}`,
    testId: `bind-${email}`,
    changes: ['/people'],
    act: () => register(email, person.uid, people),
  });
}

/** @param {Account} account */
function lockSwitch({ email, locked = false }) {
  return actionButton({
    text: locked ? 'Unlock' : 'Lock',
    about: email,
    testId: `lock-${email}`,
    changes: CHANGES,
    async act() {
      await control('PATCH', addressOf(LIST, email), { locked: !locked });
      return locked
        ? `${email} is not locked any more.`
        : `${email} is locked now. NHSmail refuses every sign-in.`;
    },
  });
}

/** How the number match ends, in words. @param {Account['approval']} approval */
function approvalInWords(approval) {
  if (!approval) return 'is asked for on the page';
  const { result, after_seconds: after = 0 } = approval;
  if (result === 'ignore') return 'is ignored until the time runs out';
  return `is ${result === 'approve' ? 'approved' : 'declined'} ${after === 0 ? 'at once' : `after ${after} seconds`}`;
}

/** @param {string} text */
const asSentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const APPROVALS = [
  { value: 'ask', text: 'Ask on the page' },
  { value: 'approve', text: 'Approve it' },
  { value: 'decline', text: 'Decline it' },
  { value: 'ignore', text: 'Ignore it until the time runs out' },
];

/** @param {Account} account */
const approvalForm = ({ email, approval }) =>
  actionForm(
    {
      testId: `approval-save-${email}`,
      submit: 'Save the answer',
      about: `of ${email}`,
      changes: CHANGES,
      async act(form) {
        const result = typedIn(form, `approval-${email}`);
        const seconds = typedIn(form, `approval-seconds-${email}`);
        const wanted =
          result === 'ask' ? null : { result, after_seconds: seconds === '' ? null : numberOrText(seconds) };
        const saved = await control('PATCH', addressOf(LIST, email), { approval: wanted });
        return `The number match of ${email} ${approvalInWords(saved.approval)} now.`;
      },
    },
    selectField({
      testId: `approval-${email}`,
      label: 'What happens in the app',
      about: email,
      pointer: '/approval/result',
      options: APPROVALS,
      value: approval?.result ?? 'ask',
    }),
    textField({
      testId: `approval-seconds-${email}`,
      label: 'After',
      about: email,
      hint: 'Nobody has to wait: the mock reckons as if this time had passed.',
      unit: 'seconds',
      pointer: '/approval/after_seconds',
      value: approval?.after_seconds ?? '',
      width: 5,
      numeric: true,
    }),
  );

/**
 * People to register it to: whose address it is, then those who have no NHSmail account, then the others.
 * @param {Account} account
 * @param {readonly Person[]} people
 */
function choicesFor(account, people) {
  const owner = ownerOf(account, people);
  const rank = (/** @type {Person} */ person) => {
    if (person === owner) return 0;
    return person.authenticators.some(({ type }) => type === 'nhsmail') ? 2 : 1;
  };
  return [0, 1, 2]
    .flatMap((wanted) => people.filter((person) => rank(person) === wanted).slice(0, MOST_CHOICES))
    .slice(0, MOST_CHOICES)
    .map((person) => ({ value: person.uid, text: `${nameOf(person)}, ${person.uid}` }));
}

/**
 * @param {Account} account
 * @param {Holders} holders
 * @param {readonly Person[]} people
 */
const registrationForm = (account, holders, people) =>
  actionForm(
    {
      testId: `bind-to-${account.email}`,
      submit: holderOf(account, holders) ? 'Move the registration' : 'Register',
      about: `of ${account.email}`,
      changes: ['/people'],
      act: (form) => register(account.email, typedIn(form, `bind-person-${account.email}`), people),
    },
    selectField({
      testId: `bind-person-${account.email}`,
      label: 'Register it to',
      about: account.email,
      pointer: '/uid',
      ...(people.length > MOST_CHOICES ? { hint: 'For anybody else, find them under People.' } : {}),
      options: choicesFor(account, people),
      value: holderOf(account, holders)?.person.uid ?? ownerOf(account, people)?.uid ?? '',
    }),
  );

/** @param {Account} account @param {Holders} holders */
function holderInWords(account, holders) {
  const person = holderOf(account, holders)?.person;
  return person ? `${nameOf(person)}, ${person.uid}` : '';
}

/**
 * @param {Account} account
 * @param {Holders} holders
 * @param {readonly Person[]} people
 */
const cellsOf = (account, holders, people) => [
  [element('span', { class: 'mock-value' }, account.email)],
  [
    registrationTag(account, holders),
    ` ${holderInWords(account, holders)}`,
    registrationSwitch(account, holders, people),
  ],
  [
    account.locked
      ? tag('Locked', 'red', `locked-${account.email}`)
      : tag('Open', 'green', `locked-${account.email}`),
    lockSwitch(account),
  ],
  [asSentence(approvalInWords(account.approval))],
];

/** @type {import('./page.js').Section} */
export const accounts = {
  name: 'accounts',
  reads: ['/nhsmail', '/people'],
  draw(known) {
    /** @type {readonly Person[]} */
    const people = known('/people');
    const holders = holdersOf(people);
    return [
      ...entriesTable({
        name: 'accounts',
        filterBy: 'address or person',
        columns: ['Account', 'Registration', 'Sign-in', 'Number match'],
        entries: /** @type {readonly Account[]} */ (known('/nhsmail')),
        keyOf: ({ email }) => email,
        textOf: (account) => `${account.email} ${holderInWords(account, holders)}`,
        cellsOf: (account) => cellsOf(account, holders, people),
        editorOf: (entry) => [
          heading('Registration'),
          registrationForm(entry, holders, people),
          heading('Number match'),
          approvalForm(entry),
          entryEditor({ list: LIST, key: entry.email, entry, changes: ['/nhsmail', '/people'] }),
        ],
      }),
      newEntry({
        list: LIST,
        what: 'an NHSmail account',
        keyName: 'email',
        example: { email: 'new.account@nhs.net', password: 'password' },
        changes: CHANGES,
      }),
    ];
  },
};
