/** The catalogue of scenarios as a list to choose from, in groups by where they act. */

/**
 * @typedef {object} CatalogueEntry
 * @property {string} code
 * @property {string} title
 * @property {string} place
 * @property {string} endpoint
 * @property {string} sent
 * @property {string} good_relying_party
 * @property {Readonly<Record<string, import('../../src/scenarios/scenario.ts').ScenarioParameter>>} parameters
 */

/** @type {Readonly<Record<string, string>>} */
const PLACES = {
  authorization_request: 'Authorization request',
  login: 'How the log-in ends',
  authorization_response: 'Authorization response',
  token_response: 'Token response',
  id_token: 'ID token',
  userinfo: 'UserInfo',
  jwks: 'Keys',
  discovery: 'Discovery',
  logout_token: 'Back-channel logout',
  transport: 'Any endpoint: slow, broken or silent',
};

/** @param {readonly CatalogueEntry[]} catalogue in the order of the API */
export const byPlace = (catalogue) =>
  [...new Set(catalogue.map(({ place }) => place))].map((place) => ({
    label: PLACES[place] ?? place,
    options: catalogue
      .filter((each) => each.place === place)
      .map(({ code, title }) => ({ value: code, text: `${title} (${code})` })),
  }));
