/** Scenarios: what goes wrong on purpose just now, stopping it, and starting more. */
import { control } from '../control-api.js';
import { element } from '../element.js';
import { actionButton, actionForm } from './changes.js';
import { entriesTable } from './entries.js';
import { numberOrText, selectField, textField, typedIn } from './fields.js';
import { code, heading, paragraph } from './parts.js';
import { byPlace } from './scenario-choices.js';

/** @typedef {import('./scenario-choices.js').CatalogueEntry} CatalogueEntry */
/** @typedef {import('../../src/scenarios/choice.ts').ActiveScenario & { title?: string }} Active */

const CHANGES = ['/scenarios'];

/** Where a transport scenario can act: the endpoints that a client calls. */
const ENDPOINTS = [
  'discovery',
  'jwks',
  'authorize',
  'token',
  'userinfo',
  'end_session',
  'revoke',
  'introspect',
];

/** @param {Active} active */
function forWhom({ persona, client_id: client }) {
  const whom = [persona, client && `client ${client}`].filter(Boolean).join(' at ');
  return whom === '' ? 'Everybody' : whom;
}

/** @param {Active} active */
function howOften({ times }) {
  if (times === undefined) return 'Until you stop it';
  return times === 1 ? 'Once more' : `${times} times more`;
}

/** @param {Active} active */
function detailsOf({ endpoint, parameters = {} }) {
  const pairs = Object.entries({ ...(endpoint === undefined ? {} : { endpoint }), ...parameters });
  return pairs.map(([name, value]) => `${name} ${value}`).join(', ') || 'As the catalogue says';
}

/** @param {readonly Active[]} active */
const activeTable = (active) =>
  entriesTable({
    name: 'active scenarios',
    filterBy: 'code, title or whom they are for',
    columns: ['Scenario', 'For', 'How often', 'Details', 'Switch'],
    entries: active,
    keyOf: ({ id }) => id,
    textOf: (each) => `${each.code} ${each.title} ${forWhom(each)}`,
    cellsOf: (each) => [
      [code(each.code), ` ${each.title ?? ''}`],
      [forWhom(each)],
      [howOften(each)],
      [detailsOf(each)],
      [
        actionButton({
          text: 'Stop it',
          about: `, ${each.code} for ${forWhom(each)}`,
          testId: `stop-${each.code}`,
          changes: CHANGES,
          async act() {
            await control('DELETE', `/scenarios/${encodeURIComponent(each.id)}`);
            return `${each.code} is stopped.`;
          },
        }),
      ],
    ],
  });

const stopAll = () =>
  actionButton({
    text: 'Stop all scenarios',
    testId: 'stop-all',
    changes: CHANGES,
    async act() {
      await control('DELETE', '/scenarios');
      return 'All scenarios are stopped.';
    },
  });

/** What belongs to the scenario that is chosen. @param {CatalogueEntry | undefined} chosen */
function aboutChosen(chosen) {
  if (!chosen) return [];
  const parameters = Object.entries(chosen.parameters).map(
    ([name, { default: byDefault, description, ...each }]) => {
      const field = {
        testId: `parameter-${name}`,
        label: name,
        hint: description,
        pointer: `/parameters/${name}`,
      };
      return each.enum
        ? selectField({
            ...field,
            options: each.enum.map((value) => ({ value, text: value })),
            value: String(byDefault),
          })
        : textField({ ...field, value: byDefault, width: 10, numeric: each.type !== 'string' });
    },
  );
  const endpoint = selectField({
    testId: 'scenario-endpoint',
    label: 'Endpoint',
    pointer: '/endpoint',
    options: ENDPOINTS.map((value) => ({ value, text: value })),
    value: chosen.endpoint,
  });
  return [
    element(
      'div',
      { class: 'nhsuk-inset-text', 'data-testid': 'scenario-about' },
      paragraph(chosen.sent),
      paragraph('A good application: ', chosen.good_relying_party),
    ),
    ...(chosen.place === 'transport' ? [endpoint] : []),
    ...parameters,
  ];
}

/**
 * What the form asks for: only what was filled in.
 * @param {HTMLFormElement} form
 * @param {CatalogueEntry | undefined} chosen
 */
function wanted(form, chosen) {
  const typed = {
    code: typedIn(form, 'scenario-code'),
    persona: typedIn(form, 'scenario-persona'),
    client_id: typedIn(form, 'scenario-client'),
    endpoint: typedIn(form, 'scenario-endpoint'),
  };
  const times = typedIn(form, 'scenario-times');
  const parameters = Object.entries(chosen?.parameters ?? {}).map(([name, { type }]) => {
    const value = typedIn(form, `parameter-${name}`);
    return [name, type === 'string' ? value : numberOrText(value)];
  });
  return {
    ...Object.fromEntries(Object.entries(typed).filter(([name, value]) => name === 'code' || value !== '')),
    ...(times === '' ? {} : { times: numberOrText(times) }),
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
  };
}

/** @param {readonly CatalogueEntry[]} catalogue @param {readonly { client_id: string }[]} clients */
function startForm(catalogue, clients) {
  const chosenIn = (/** @type {HTMLElement} */ form) =>
    catalogue.find((each) => each.code === typedIn(form, 'scenario-code'));
  const about = element('div', { 'aria-live': 'polite' });
  const choice = selectField({
    testId: 'scenario-code',
    label: 'What is to go wrong',
    pointer: '/code',
    options: [{ value: '', text: 'Choose a scenario' }],
    groups: byPlace(catalogue),
  });
  choice.addEventListener('input', () => about.replaceChildren(...aboutChosen(chosenIn(choice))));
  return actionForm(
    {
      testId: 'scenario-start',
      submit: 'Start this scenario',
      changes: CHANGES,
      async act(form) {
        const chosen = chosenIn(form);
        if (!chosen) throw new Error('Choose what is to go wrong.');
        const started = await control('POST', '/scenarios', wanted(form, chosen));
        return `${started.code} is active now. For: ${forWhom(started)}. ${howOften(started)}.`;
      },
    },
    choice,
    about,
    textField({
      testId: 'scenario-times',
      label: 'How often',
      hint: 'Left empty: until you stop it.',
      unit: 'times',
      pointer: '/times',
      width: 5,
      numeric: true,
    }),
    textField({
      testId: 'scenario-persona',
      label: 'Only for this persona',
      hint: 'An NHSmail account or a UID. Left empty: for everybody.',
      pointer: '/persona',
      width: 30,
    }),
    selectField({
      testId: 'scenario-client',
      label: 'Only for this client',
      pointer: '/client_id',
      options: [
        { value: '', text: 'Every client' },
        ...clients.map(({ client_id: value }) => ({ value, text: value })),
      ],
    }),
  );
}

/** @type {import('./page.js').Section} */
export const scenarios = {
  name: 'scenarios',
  reads: ['/scenarios', '/scenarios/catalogue', '/clients'],
  draw(known) {
    /** @type {readonly Active[]} */
    const active = known('/scenarios');
    return [
      ...(active.length === 0 ? [paragraph('No scenario is active.')] : [...activeTable(active), stopAll()]),
      heading('Start a scenario'),
      startForm(known('/scenarios/catalogue'), known('/clients')),
    ];
  },
};
