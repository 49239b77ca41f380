/** People: what matters for a log-in. Roles, authenticators, identity assurance, and a scenario of their own. */
import { control } from '../control-api.js';
import { nameOf, register, unregister } from './bindings.js';
import { actionButton, actionForm } from './changes.js';
import { entriesTable } from './entries.js';
import { selectField, textField, typedIn } from './fields.js';
import { addressOf, entryEditor, newEntry } from './json-editor.js';
import { code, heading, list, paragraph, tag } from './parts.js';
import { byPlace } from './scenario-choices.js';

/** @typedef {import('./bindings.js').Person} Person */
/** @typedef {import('./bindings.js').Binding} Binding */
/** @typedef {import('./scenario-choices.js').CatalogueEntry} CatalogueEntry */

const LIST = 'people';
const CHANGES = ['/people'];

/** Most roles named in a row. */
const MOST_ROLES = 4;

/** What each authenticator is called, in the order of the log-in page. */
export const AUTHENTICATORS = {
  smartcard: 'Smartcard',
  ipad_app: 'iPad app',
  windows_hello: 'Windows Hello',
  security_key: 'Security key',
  authenticator_app: 'Authenticator app',
  passkey: 'Passkey',
  nhsmail: 'NHSmail',
};

/** @param {Binding} binding */
function authenticatorInWords({ type, nhsmail_account: account, status = 'registered' }) {
  const name = account === undefined ? AUTHENTICATORS[type] : `${AUTHENTICATORS[type]} ${account}`;
  return status === 'registered' ? name : `${name} (${status})`;
}

/** @param {Person} person */
function rolesOf({ roles }) {
  if (roles.length === 0) return 'None';
  const named = roles
    .slice(0, MOST_ROLES)
    .map(({ role_code, org_code }) => `${role_code.split(':').at(-1)} at ${org_code}`);
  const more = roles.length - MOST_ROLES;
  return list(...named, more > 0 ? `and ${more} more` : undefined);
}

/** @param {Person} person */
const authenticatorsOf = ({ authenticators }) =>
  authenticators.length === 0 ? 'None' : list(...authenticators.map(authenticatorInWords));

/** @param {Person} person */
const assuranceForm = (person) =>
  actionForm(
    {
      testId: `ial-save-${person.uid}`,
      submit: 'Set the level',
      about: `of ${person.uid}`,
      changes: CHANGES,
      async act(form) {
        const wanted = typedIn(form, `ial-${person.uid}`);
        await control('PATCH', addressOf(LIST, person.uid), { id_assurance_level: wanted });
        return `${nameOf(person)} has identity assurance level ${wanted} now.`;
      },
    },
    selectField({
      testId: `ial-${person.uid}`,
      label: 'Identity assurance level',
      about: person.uid,
      pointer: '/id_assurance_level',
      options: ['0', '1', '2', '3'].map((value) => ({ value, text: `Level ${value}` })),
      value: person.id_assurance_level,
    }),
  );

/**
 * Takes one authenticator away.
 * @param {Person} person
 * @param {Binding} binding
 */
function removal(person, binding) {
  const { uid, authenticators } = person;
  const { type, nhsmail_account: account } = binding;
  const words = authenticatorInWords(binding);
  return actionButton({
    text: `Remove ${words}`,
    about: `from ${uid}`,
    testId: `remove-authenticator-${uid}-${account ?? type}`,
    changes: CHANGES,
    async act() {
      if (account !== undefined) return unregister(account);
      const others = authenticators.filter((each) => each !== binding);
      await control('PATCH', addressOf(LIST, uid), { authenticators: others });
      return `${nameOf(person)} has no ${AUTHENTICATORS[type]} any more.`;
    },
  });
}

/** @param {Person} person */
const additionForm = (person) =>
  actionForm(
    {
      testId: `authenticator-add-${person.uid}`,
      submit: 'Add this authenticator',
      about: `to ${person.uid}`,
      changes: CHANGES,
      async act(form) {
        const type = typedIn(form, `authenticator-${person.uid}`);
        const authenticators = [...person.authenticators, { type }];
        await control('PATCH', addressOf(LIST, person.uid), { authenticators });
        return `${nameOf(person)} can use ${Object.entries(AUTHENTICATORS).find(([each]) => each === type)?.[1]} now.`;
      },
    },
    selectField({
      testId: `authenticator-${person.uid}`,
      label: 'Another authenticator',
      about: person.uid,
      options: Object.entries(AUTHENTICATORS)
        .filter(([type]) => type !== 'nhsmail')
        .map(([value, text]) => ({ value, text })),
    }),
  );

/** @param {Person} person @param {readonly Person[]} people */
const accountForm = ({ uid }, people) =>
  actionForm(
    {
      testId: `register-save-${uid}`,
      submit: 'Register this account',
      about: `to ${uid}`,
      changes: CHANGES,
      act: (form) => register(typedIn(form, `register-${uid}`), uid, people),
    },
    textField({
      testId: `register-${uid}`,
      label: 'NHSmail account',
      about: `to register to ${uid}`,
      hint: 'If it is registered to somebody else, it moves.',
      width: 30,
    }),
  );

/** @param {Person} person @param {readonly CatalogueEntry[]} catalogue */
const scenarioForm = (person, catalogue) =>
  actionForm(
    {
      testId: `scenario-save-${person.uid}`,
      submit: 'Save the scenario',
      about: `of ${person.uid}`,
      changes: CHANGES,
      async act(form) {
        const wanted = typedIn(form, `scenario-${person.uid}`);
        const chosen = { code: wanted, times: null, endpoint: null, parameters: null };
        await control('PATCH', addressOf(LIST, person.uid), { scenario: wanted === '' ? null : chosen });
        return wanted === ''
          ? `${nameOf(person)} has no scenario any more.`
          : `${wanted} acts whenever ${nameOf(person)} logs in now.`;
      },
    },
    selectField({
      testId: `scenario-${person.uid}`,
      label: 'What goes wrong when they log in',
      about: person.uid,
      pointer: '/scenario/code',
      options: [{ value: '', text: 'Nothing' }],
      groups: byPlace(catalogue),
      value: person.scenario?.code ?? '',
    }),
  );

/**
 * @param {Person} person
 * @param {readonly Person[]} people
 * @param {readonly CatalogueEntry[]} catalogue
 */
const editorOf = (person, people, catalogue) => [
  person.description === undefined ? undefined : paragraph(person.description),
  heading('Identity assurance'),
  assuranceForm(person),
  heading('Authenticators'),
  ...person.authenticators.map((binding) => removal(person, binding)),
  additionForm(person),
  accountForm(person, people),
  heading('Scenario'),
  scenarioForm(person, catalogue),
  entryEditor({ list: LIST, key: person.uid, entry: person, changes: CHANGES }),
];

const EXAMPLE = {
  uid: '910000000999',
  given_name: 'Nia',
  family_name: 'New',
  email: 'nia.new@nhs.net',
  id_assurance_level: '3',
  roles: [],
  organisations: [{ person_orgid: '920000000999', org_code: 'RZ9' }],
  authenticators: [{ type: 'smartcard' }],
};

/** @type {import('./page.js').Section} */
export const people = {
  name: LIST,
  reads: ['/people', '/scenarios/catalogue'],
  draw(known) {
    /** @type {readonly Person[]} */
    const all = known('/people');
    return [
      ...entriesTable({
        name: LIST,
        filterBy: 'name, UID or organisation',
        columns: ['Person', 'Assurance', 'Roles', 'Authenticators', 'Scenario'],
        entries: all,
        keyOf: ({ uid }) => uid,
        textOf: (person) =>
          `${nameOf(person)} ${person.uid} ${person.email} ${person.roles.map(({ org_code }) => org_code)}`,
        cellsOf: (person) => [
          [`${nameOf(person)} `, code(person.uid)],
          [`Level ${person.id_assurance_level}`],
          [rolesOf(person)],
          [authenticatorsOf(person)],
          [person.scenario ? tag(person.scenario.code, 'orange', `scenario-state-${person.uid}`) : 'None'],
        ],
        editorOf: (person) => editorOf(person, all, known('/scenarios/catalogue')),
      }),
      newEntry({ list: LIST, what: 'a person', keyName: 'uid', example: EXAMPLE, changes: CHANGES }),
    ];
  },
};
