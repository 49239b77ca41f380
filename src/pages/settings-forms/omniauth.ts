/** omniauth_openid_connect, of which 0.8.0 was logged in with as it stands here. */
import { type ForApplication, isPlainHttp, lines } from './for-application.ts';

/** A string as Ruby takes it, without interpolation. */
const inRuby = (text: string) => JSON.stringify(text).replaceAll('#', '\\#');

/** rack-oauth2 knows Basic and assertions by names of its own; any other name puts the secret, if any, into the body. */
const OMNIAUTH_METHODS: Readonly<Record<ForApplication['authentication'], string>> = {
  client_secret_post: ':client_secret_post',
  client_secret_basic: ':basic',
  client_secret_jwt: ':jwt_bearer',
  private_key_jwt: ':jwt_bearer',
  none: ':none',
};

export function omniauth(of: ForApplication): string {
  const { clientSecret, key } = of;
  const redirectUri = of.redirectUri ?? 'http://localhost:3000/auth/cis2/callback';
  const callbackPath = URL.canParse(redirectUri) ? new URL(redirectUri).pathname : '/';
  return lines(
    '# config/initializers/omniauth.rb',
    isPlainHttp(of) &&
      '# Discovery is by https alone, unless these say otherwise: this mock is plain http; CIS2 is not.',
    isPlainHttp(of) && 'SWD.url_builder = URI::HTTP',
    isPlainHttp(of) && 'WebFinger.url_builder = URI::HTTP',
    isPlainHttp(of) && '',
    'Rails.application.config.middleware.use OmniAuth::Builder do',
    '  provider :openid_connect, {',
    '    name: :cis2,',
    `    issuer: ${inRuby(of.issuer)},`,
    '    discovery: true,',
    '    response_type: :code,',
    `    scope: %i[${of.scopes}],`,
    `    acr_values: ${inRuby(of.acrValues)},`,
    '    pkce: true,',
    `    client_auth_method: ${OMNIAUTH_METHODS[of.authentication]},`,
    `    callback_path: ${inRuby(callbackPath)},`,
    '    client_options: {',
    `      identifier: ${inRuby(of.clientId)},`,
    clientSecret !== undefined && `      secret: ${inRuby(clientSecret)},`,
    key && `      private_key: JSON::JWK.new(JSON.parse(File.read(${inRuby(key.file)}))).to_key,`,
    `      redirect_uri: ${inRuby(redirectUri)},`,
    '    },',
    '  }',
    'end',
  ).join('\n');
}
