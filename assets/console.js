/** The console: every section shows a part of the environment by the control API, and changes it by nothing else. */
import { accounts } from './console/accounts.js';
import { tellOfLoading } from './console/changes.js';
import { clients } from './console/clients.js';
import { clock } from './console/clock.js';
import { environments } from './console/environments.js';
import { keys } from './console/keys.js';
import { organisations } from './console/organisations.js';
import { allPaths, read, showSections } from './console/page.js';
import { people } from './console/people.js';
import { reset } from './console/reset.js';
import { scenarios } from './console/scenarios.js';
import { sessions } from './console/sessions.js';
import { settings } from './console/settings.js';
import { timeLimits } from './console/time-limits.js';

showSections([
  organisations,
  accounts,
  people,
  clients,
  settings,
  timeLimits,
  scenarios,
  clock,
  sessions,
  keys,
  environments,
  reset,
]);

/** Shows what there is now: at first, and whenever a person comes back from where they logged in. */
async function lookAtAll() {
  try {
    await read(allPaths());
    tellOfLoading(undefined);
  } catch (error) {
    tellOfLoading(error instanceof Error ? error.message : String(error));
  }
}

const sectionsPlace = document.getElementById('console');
if (sectionsPlace) sectionsPlace.hidden = false;
await lookAtAll();
// The fragment of the address could not be gone to while the sections were empty.
if (location.hash !== '') document.getElementById(location.hash.slice(1))?.scrollIntoView();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') lookAtAll();
});
