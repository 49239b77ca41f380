/** The settings that the start page gives to paste: that each form is what it claims to be, for every client. */
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FixturesFile, type MockCis2, startMockCis2 } from '../../src/index.ts';
import { formsOf, shownOn } from './support.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CALLBACK = 'http://localhost:3000/callback';

/** A secret with everything in it that some syntax takes for its own. */
const AWKWARD_SECRET = `a"b'c\\d$e#{f} %{g}: h, 32 characters and more`;

const FIXTURES: FixturesFile = {
  extends: 'default',
  clients: [
    {
      client_id: 'awkward-client',
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: AWKWARD_SECRET,
      redirect_uris: [CALLBACK],
      default_acr_values: ['AAL2_OR_AAL3_ANY'],
    },
    {
      client_id: 'secret-jwt-client',
      token_endpoint_auth_method: 'client_secret_jwt',
      client_secret: AWKWARD_SECRET,
      redirect_uris: [CALLBACK],
      default_acr_values: ['AAL2_OR_AAL3_ANY'],
    },
  ],
};

/** How each client of the fixtures authenticates, in the words of each library. */
const CLIENTS = [
  {
    id: 'mock-client',
    spring: 'client_secret_post',
    ruby: ':client_secret_post',
    python: 'client_secret_post',
  },
  { id: 'mock-client-basic', spring: 'client_secret_basic', ruby: ':basic', python: 'client_secret_basic' },
  {
    id: 'mock-client-private-key-jwt',
    spring: 'private_key_jwt',
    ruby: ':jwt_bearer',
    python: 'private_key_jwt',
  },
  { id: 'mock-public-client', spring: 'none', ruby: ':none', python: 'none' },
  {
    id: 'mock-strict-client',
    spring: 'client_secret_post',
    ruby: ':client_secret_post',
    python: 'client_secret_post',
  },
  {
    id: 'awkward-client',
    spring: 'client_secret_post',
    ruby: ':client_secret_post',
    python: 'client_secret_post',
  },
  { id: 'secret-jwt-client', spring: 'client_secret_jwt', ruby: ':jwt_bearer', python: 'client_secret_jwt' },
];

let mock: MockCis2;
/** Where what is pasted is run: with the libraries, and with the key that is published. */
let folder: string;

const forms = (clientId: string) => formsOf(shownOn(mock, `?client_id=${encodeURIComponent(clientId)}`));

beforeAll(async () => {
  mock = await startMockCis2({ port: 0, logLevel: 'silent', fixtures: FIXTURES });
  folder = await mkdtemp(join(tmpdir(), 'mock-cis2-settings-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const key = 'mock-client-private-key-jwt.jwk.json';
  await copyFile(join(ROOT, 'examples', key), join(folder, key));
});
afterAll(async () => {
  await mock.close();
  await rm(folder, { recursive: true });
});

/** What dotenv makes of a line: the text between its quotes, which are of a kind that is not in the text. */
function readDotenv(text: string): Record<string, string> {
  const entries = text.split('\n').map((line) => {
    const [, name = '', , value = ''] = /^([A-Z0-9_]+)=(["'`])((?:(?!\2).)*)\2$/.exec(line) ?? [];
    expect(name, line).not.toBe('');
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

/** A mapping of mappings, of one list and of scalars: all that an application.yml of ours is made of. */
interface Yaml {
  [key: string]: Yaml | string | string[];
}

const scalar = (text: string): string => (text.startsWith('"') ? JSON.parse(text) : text);

/** Reads block YAML by its indentation; fails on a line that fits nowhere. */
function readYaml(text: string): Yaml {
  const root: Yaml = {};
  const open: { indent: number; at: Yaml }[] = [{ indent: -1, at: root }];
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  lines.forEach((line, index) => {
    const [, spaces = '', item, key = '', value = ''] =
      /^( *)(?:- (.+)|([\w-]+):(?: (.+))?)$/.exec(line) ?? [];
    expect(item ?? key, line).not.toBe('');
    while ((open.at(-1)?.indent ?? -1) >= spaces.length) open.pop();
    const { at } = open.at(-1) ?? { at: root };
    if (item !== undefined) {
      const list = at['-'] ?? [];
      if (Array.isArray(list)) at['-'] = [...list, scalar(item)];
    } else if (value !== '') {
      at[key] = scalar(value);
    } else {
      expect(lines[index + 1]?.startsWith(`${spaces}  `), line).toBe(true);
      const deeper: Yaml = {};
      at[key] = deeper;
      open.push({ indent: spaces.length, at: deeper });
    }
  });
  return root;
}

describe('the .env form', () => {
  test.each(CLIENTS)('has every setting of $id, each on a line that dotenv reads', async ({ id }) => {
    const { env = '' } = await forms(id);
    const values = readDotenv(env);
    expect(values).toMatchObject({
      CIS2_ISSUER: mock.issuer,
      CIS2_DISCOVERY_URL: mock.discoveryUrl,
      CIS2_CLIENT_ID: id,
      CIS2_SCOPES: 'openid profile email nhsperson nationalrbacaccess associatedorgs selectedrole',
    });
    const { token_endpoint_auth_method: method, client_secret: secret } = await clientOf(id);
    expect(values['CIS2_TOKEN_ENDPOINT_AUTH_METHOD']).toBe(method);
    expect(values['CIS2_CLIENT_SECRET']).toBe(secret);
  });
});

async function clientOf(id: string) {
  const answer = await fetch(`${mock.url}_mock/clients/${id}`);
  return (await answer.json()) as { token_endpoint_auth_method: string; client_secret?: string };
}

describe('the form for Spring Security', () => {
  test.each(CLIENTS)('is YAML with the registration and the provider of $id', async ({ id, spring }) => {
    const { spring: text = '' } = await forms(id);
    const { client_secret: secret } = await clientOf(id);
    const strict = id.startsWith('mock-strict');
    const own = { 'awkward-client': CALLBACK, 'secret-jwt-client': CALLBACK }[id];
    expect(readYaml(text)).toEqual({
      spring: {
        security: {
          oauth2: {
            client: {
              registration: {
                cis2: {
                  'client-id': id,
                  ...(secret === undefined ? {} : { 'client-secret': secret }),
                  'client-authentication-method': spring,
                  'authorization-grant-type': 'authorization_code',
                  'redirect-uri': strict
                    ? 'https://strict.example.invalid/callback'
                    : (own ?? '{baseUrl}/login/oauth2/code/{registrationId}'),
                  scope: {
                    '-': [
                      'openid',
                      'profile',
                      'email',
                      'nhsperson',
                      'nationalrbacaccess',
                      'associatedorgs',
                      'selectedrole',
                    ],
                  },
                },
              },
              provider: { cis2: { 'issuer-uri': mock.issuer, 'user-name-attribute': 'sub' } },
            },
          },
        },
      },
    });
  });
});

describe('the forms for Ruby and Python', () => {
  test.each(CLIENTS)(
    'say how $id authenticates, by the names of their libraries',
    async ({ id, ruby, python }) => {
      const { omniauth = '', authlib = '' } = await forms(id);
      expect(omniauth).toContain(`client_auth_method: ${ruby},\n`);
      expect(omniauth).toContain(`issuer: "${mock.issuer}",\n`);
      expect(authlib).toContain(`"token_endpoint_auth_method": "${python}",\n`);
      expect(authlib).toContain(`server_metadata_url="${mock.discoveryUrl}",\n`);
      const balanced = (text: string, pair: string) =>
        text.split(pair[0] ?? '').length === text.split(pair[1] ?? '').length;
      for (const pair of id.includes('mock') ? ['()', '{}', '[]'] : []) {
        expect(balanced(omniauth, pair) && balanced(authlib, pair), pair).toBe(true);
      }
    },
  );

  test('neither interpolates anything of a secret', async () => {
    const { omniauth = '', authlib = '' } = await forms('awkward-client');
    expect(omniauth).toContain('secret: "a\\"b\'c\\\\d$e\\#{f} %{g}: h');
    expect(authlib).toContain('client_secret="a\\"b\'c\\\\d$e#{f} %{g}: h');
  });

  test('both read the key from its file where the client has one', async () => {
    const { omniauth = '', authlib = '' } = await forms('mock-client-private-key-jwt');
    expect(omniauth).toContain('File.read("mock-client-private-key-jwt.jwk.json")');
    expect(authlib).toContain('Path("mock-client-private-key-jwt.jwk.json")');
    expect(authlib).toContain(
      'ShortLivedPrivateKeyJWT(headers={"kid": "mock-client-private-key-jwt-1"}, alg="RS256")',
    );
  });
});

/** Logs in without pages, as the pasted code has it, and says who that was. */
const LOGGING_IN = `
const answer = await fetch(\`\${url.href}&mock_login=656005750106\`, { redirect: 'manual' });
const tokens = await logIn(new URL(answer.headers.get('location')));
export const claims = tokens.claims();
`;

/** Runs each script by itself and prints what it exports, or why it failed. */
const RUNNER = `
const told = {};
for (const file of process.argv.slice(2)) {
  told[file] = await import('./' + file).then(({ claims }) => claims, String);
}
console.log(JSON.stringify(told));
`;

/** In one process for all: starting one takes longer than a log-in. */
async function runAll(scripts: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  await writeFile(join(folder, 'runner.mjs'), RUNNER);
  for (const [file, script] of Object.entries(scripts)) await writeFile(join(folder, file), script);
  const child = spawn(process.execPath, ['runner.mjs', ...Object.keys(scripts)], { cwd: folder });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += chunk;
  });
  await new Promise((resolve) => child.on('close', resolve));
  return JSON.parse(told);
}

test('the form for openid-client logs in by every client, as it stands', async () => {
  const scripts = CLIENTS.map(async ({ id }) => {
    const { 'openid-client': code = '' } = await forms(id);
    return [`${id}.mjs`, `${code}${LOGGING_IN}`] as const;
  });
  const told = await runAll(Object.fromEntries(await Promise.all(scripts)));
  for (const { id } of CLIENTS) expect(told[`${id}.mjs`], id).toMatchObject({ sub: '656005750106', aud: id });
});
