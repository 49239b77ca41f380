/** What the process is asked to do: its commands, and the words of `--help`. */
import { ConfigurationError } from './settings/faults.ts';
import { editDistance } from './settings/near-matches.ts';
import { packageVersion } from './settings/package-version.ts';
import { VARIABLES_HELP } from './settings/variables-help.ts';

export type Command =
  | { name: 'start' }
  | { name: 'help' }
  | { name: 'version' }
  /** `path`: the fixtures to check in place of those of FIXTURES. */
  | { name: 'check'; path?: string };

const COMMANDS = ['start', 'check', 'help', 'version'] as const;

/** Other ways to say it, as everybody tries them. */
const ALIASES: Readonly<Record<string, (typeof COMMANDS)[number]>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

/** How far a misspelt word may be from the command that is named in return. */
const NEAR = 2;

function unknown(word: string): ConfigurationError {
  const isOption = word.startsWith('-');
  const names = isOption ? Object.keys(ALIASES) : [...COMMANDS];
  const near = names.find((name) => editDistance(word, name) <= NEAR);
  const hint = isOption
    ? '; everything else is set by environment variables, which --help lists'
    : ', --help or --version';
  return new ConfigurationError([
    {
      path: isOption ? 'option' : 'command',
      found: near === undefined ? word : `${word} (did you mean ${near}?)`,
      allowed: `${isOption ? names.join(', ') : COMMANDS.join(', ')}${hint}`,
    },
  ]);
}

/** Reads what stands behind the program’s name. Throws ConfigurationError where there is no such command. */
export function readCommand([word = 'start', ...rest]: readonly string[]): Command {
  const name = Object.hasOwn(ALIASES, word) ? ALIASES[word] : COMMANDS.find((each) => each === word);
  if (name === undefined) throw unknown(word);
  const [path, ...more] = name === 'check' ? rest : [undefined, ...rest];
  const [extra] = more;
  if (extra !== undefined) {
    const allowed = name === 'check' ? 'one path at most' : 'nothing more';
    throw new ConfigurationError([{ path: `command ${name}`, found: extra, allowed }]);
  }
  if (name === 'check') return { name, ...(path === undefined ? {} : { path }) };
  return { name };
}

const WIDTH = 96;
const INDENT = 20;

/** Text in lines of a terminal’s width, the first one behind a name. */
function paragraph(name: string, text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WIDTH - INDENT)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  const [first = '', ...others] = lines;
  return [`  ${name.padEnd(INDENT - 3)} ${first}`, ...others.map((line) => ' '.repeat(INDENT) + line)].join(
    '\n',
  );
}

/** Markdown without its marks. */
const plain = (text: string) => text.replace(/\[([^[\]]+)\]\([^()]*\)/g, '$1').replaceAll('`', '');

export function helpText(): string {
  const variables = Object.entries(VARIABLES_HELP).map(([name, help]) =>
    paragraph(name, plain(`${help.meaning}. Default: ${help.default}.`)),
  );
  return [
    `mock-cis2 ${packageVersion()}: a mock of NHS CIS2 Authentication with a simulation of the NHSmail authenticator.`,
    'Never type real credentials into it.',
    '',
    'Usage: mock-cis2 [command]',
    '',
    'Commands:',
    paragraph('start', 'serves; what it does without a command'),
    paragraph(
      'check [path]',
      'finds every fault of the settings and the fixtures (those at the path, or of FIXTURES), and starts nothing',
    ),
    paragraph('help', 'this text; --help and -h too'),
    paragraph('version', 'the version; --version and -v too'),
    '',
    'Environment variables:',
    ...variables,
    '',
    'A wrong value, or a name that looks like a misspelling of these, stops the start with every fault',
    'listed. Fixtures of your own, and everything else: docs/configuration.md.',
    '',
  ].join('\n');
}
