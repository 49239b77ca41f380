/** Writes docs/scenarios.md, for people, from the catalogue: `npm run scenarios`. */
import { writeFileSync } from 'node:fs';
import { CATALOGUE } from '../src/scenarios/catalogue.ts';
import { ENDPOINTS, type Place, type Scenario, type ScenarioParameter } from '../src/scenarios/scenario.ts';

/** Each place with its heading and what is to be known of it. */
const PLACES: Readonly<Record<Place, { heading: string; text: string }>> = {
  authorization_request: {
    heading: 'The authorization request is refused',
    text: 'On a page of the provider; the application is told nothing.',
  },
  login: {
    heading: 'The log-in ends',
    text: 'On a page, or with an error callback where `on_login_failure` or `mock_on_failure` is `redirect`. No code, session or token comes into being. A persona’s, a client’s or the environment’s own scenario may have `times`: how often it acts for each authorization request, *Try again* counted on.',
  },
  authorization_response: {
    heading: 'The authorization response (the callback)',
    text: 'The log-in succeeds; what the browser brings back is changed. The code in it is good unless the row says otherwise.',
  },
  token_response: {
    heading: 'The token response',
    text: 'The code is used up by each of them.',
  },
  id_token: {
    heading: 'The ID token',
    text: 'One thing differs; everything else is right, and so is the rest of the token response. A refresh of the same log-in meets what `mock_scenario` asked for too.',
  },
  userinfo: { heading: 'UserInfo', text: 'Claims that were not granted are not made up.' },
  jwks: {
    heading: 'The JWK Set',
    text: 'Nothing tells which log-in fetches it: `mock_scenario` may stand in the address of the JWK Set itself; in an authorization request it is for the next answer to whoever asks.',
  },
  discovery: { heading: 'The discovery document', text: 'The same holds as of the JWK Set.' },
  logout_token: {
    heading: 'Back-channel logout',
    text: 'For clients with a `backchannel_logout_uri`. `mock_scenario` of a client’s latest log-in counts when its session ends.',
  },
  transport: {
    heading: 'The way between',
    text: `At the token endpoint, unless \`endpoint\` names another: ${ENDPOINTS.filter((each) => each !== 'backchannel_logout').join(', ')}.`,
  },
};

const cell = (text: string) => text.replaceAll('|', '\\|');

function allowed({ enum: values, minimum, maximum }: ScenarioParameter): string {
  if (values) return `: ${values.map((value) => `\`${value}\``).join(', ')}`;
  return minimum === undefined ? '' : `: ${minimum} to ${maximum}`;
}

const parameterText = ([name, parameter]: [string, ScenarioParameter]) =>
  `\`${name}\` (default \`${parameter.default}\`${allowed(parameter)}): ${parameter.description}`;

function row({ code, title, sent, goodRelyingParty, parameters = {} }: Scenario): string {
  const ofParameters = Object.entries(parameters).map(parameterText).join('<br>') || '–';
  return `| ${[`\`${code}\``, title, sent, goodRelyingParty, ofParameters].map(cell).join(' | ')} |`;
}

function section([place, { heading, text }]: [string, { heading: string; text: string }]): string {
  const rows = CATALOGUE.filter((scenario) => scenario.place === place).map(row);
  const head = '| Code | Title | What is sent | What a good application does | Parameters |';
  return `## ${heading}\n\n${text}\n\n${head}\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

export const PAGE = new URL('../docs/scenarios.md', import.meta.url);

/** The whole of docs/scenarios.md. */
export const scenariosPage = () => `# What can be made to go wrong on purpose

<!-- Written by scripts/write-scenarios.ts from src/scenarios/: change what stands there, then \`npm run scenarios\`. -->

${CATALOGUE.length} scenarios, each of which changes one thing of an answer that is right in every other way. The
README says how one is chosen. Each has a test that shows it on the wire (\`test/scenarios/\`). A scenario that has
nothing to change leaves the answer right, and the journal warns of it.

${Object.entries(PLACES).map(section).join('\n')}`;

if (import.meta.filename === process.argv[1]) writeFileSync(PAGE, scenariosPage());
