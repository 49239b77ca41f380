/** Authlib with Flask, of which 1.2.0 was logged in with as it stands here. */
import { CALLBACK, type ForApplication, lines, quoted } from './for-application.ts';

const AUTHLIB_ASSERTIONS: Readonly<Partial<Record<ForApplication['authentication'], string>>> = {
  client_secret_jwt: 'ClientSecretJWT',
  private_key_jwt: 'PrivateKeyJWT',
};

/** Authlib’s own assertions live for an hour, and CIS2 takes those of at most five minutes (facts 4.2). */
const authlibAssertion = (method: string) =>
  `class ShortLived${method}(${method}):
    """Its assertions live for 4 minutes: CIS2 takes at most 5, and Authlib's own live for an hour."""

    def sign(self, auth, token_endpoint):
        self.claims = {"exp": int(time.time()) + 240}
        return super().sign(auth, token_endpoint)


`.split('\n');

export function authlib(of: ForApplication): string {
  const { clientSecret, key, redirectUri = CALLBACK } = of;
  const method = AUTHLIB_ASSERTIONS[of.authentication];
  const headers = key?.kid === undefined ? '' : `headers={"kid": ${quoted(key.kid)}}, `;
  const options = key ? `${headers}alg=${quoted(key.algorithm)}` : '';
  return lines(
    key && 'import json',
    method && 'import time',
    key && 'from pathlib import Path',
    method && '',
    'from authlib.integrations.flask_client import OAuth',
    method && `from authlib.oauth2.rfc7523 import ${method}`,
    '',
    ...(method ? ['', ...authlibAssertion(method).slice(0, -1)] : []),
    'oauth = OAuth(app)',
    'oauth.register(',
    '    name="cis2",',
    `    client_id=${quoted(of.clientId)},`,
    clientSecret !== undefined && `    client_secret=${quoted(clientSecret)},`,
    key && `    client_secret=json.loads(Path(${quoted(key.file)}).read_text()),`,
    method && `    client_auth_methods=[ShortLived${method}(${options})],`,
    `    server_metadata_url=${quoted(of.discoveryUrl)},`,
    `    authorize_params={"acr_values": ${quoted(of.acrValues)}},`,
    '    client_kwargs={',
    `        "scope": ${quoted(of.scopes)},`,
    `        "token_endpoint_auth_method": ${quoted(of.authentication)},`,
    '        "code_challenge_method": "S256",',
    '    },',
    ')',
    '',
    '# In the view that logs in:',
    `#     return oauth.cis2.authorize_redirect(${quoted(redirectUri)})`,
  ).join('\n');
}
