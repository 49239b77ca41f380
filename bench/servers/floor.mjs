/**
 * The floor of the cost: a bare `node:http` server that answers the three requests of a log-in with text of the usual
 * size and does the one RS256 signature that no provider can leave out. It checks nothing and keeps nothing.
 */
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';

const port = Number(process.env['PORT']);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = {
  ...createPublicKey(privateKey).export({ format: 'jwk' }),
  kid: 'floor',
  use: 'sig',
  alg: 'RS256',
};

const randomId = () => randomBytes(32).toString('base64url');
const encoded = (/** @type {unknown} */ part) => Buffer.from(JSON.stringify(part)).toString('base64url');

function idToken() {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    sub: '555000000001',
    aud: 'mock-client',
    iat: now,
    exp: now + 3600,
    auth_time: now,
    acr: 'AAL2_OR_AAL3_ANY',
    amr: ['NHSMAIL'],
    sid: randomId(),
    jti: randomId(),
  };
  const input = `${encoded({ alg: 'RS256', typ: 'JWT', kid: 'floor' })}.${encoded(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

const DISCOVERY = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
};

const USERINFO = {
  sub: '555000000001',
  name: 'BOUND Alex Dr',
  family_name: 'Bound',
  given_name: 'Alex',
  uid: '555000000001',
  email: 'alex.bound@nhs.net',
};

/** @param {import('node:http').ServerResponse} response @param {unknown} body */
function json(response, body) {
  const text = JSON.stringify(body);
  response
    .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

/** @param {string} path @param {import('node:http').ServerResponse} response @param {URLSearchParams} parameters */
function answer(path, response, parameters) {
  if (path === '/.well-known/openid-configuration') return json(response, DISCOVERY);
  if (path === '/jwks') return json(response, { keys: [jwk] });
  if (path === '/userinfo') return json(response, USERINFO);
  if (path === '/token') {
    const tokens = { access_token: randomId(), token_type: 'Bearer', expires_in: 3599, id_token: idToken() };
    return json(response, { ...tokens, scope: 'openid profile email' });
  }
  const query = new URLSearchParams({ code: randomId(), state: parameters.get('state') ?? '' });
  return response.writeHead(302, { location: `${parameters.get('redirect_uri')}?${query}` }).end();
}

createServer((request, response) => {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (/** @type {string} */ text) => {
    body += text;
  });
  request.on('end', () =>
    answer(path, response, new URLSearchParams(request.method === 'POST' ? body : query)),
  );
}).listen(port, '127.0.0.1');
