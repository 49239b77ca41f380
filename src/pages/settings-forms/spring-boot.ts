/** application.yml for Spring Boot 3, by the names of its OAuth2ClientProperties. */
import { type ForApplication, indented, lines, quoted } from './for-application.ts';

export function springBoot(of: ForApplication): string {
  const { clientSecret, key } = of;
  const redirectUri = of.redirectUri ?? '{baseUrl}/login/oauth2/code/{registrationId}';
  const registration = lines(
    `client-id: ${quoted(of.clientId)}`,
    clientSecret !== undefined && `client-secret: ${quoted(clientSecret)}`,
    `client-authentication-method: ${of.authentication}`,
    'authorization-grant-type: authorization_code',
    `redirect-uri: ${quoted(redirectUri)}`,
    'scope:',
    ...of.scopes.split(' ').map((scope) => `  - ${scope}`),
  ).join('\n');
  const provider = [`issuer-uri: ${quoted(of.issuer)}`, 'user-name-attribute: sub'].join('\n');
  return lines(
    key &&
      `# The key is no property. Give your token response client a NimbusJwtClientAuthenticationParametersConverter`,
    key && `# that finds the JWK of ${key.file}.`,
    of.authentication === 'client_secret_jwt' &&
      '# Give your token response client a NimbusJwtClientAuthenticationParametersConverter made from the secret.',
    `# acr_values is no property. Without it, ${of.acrValues} counts. To send it, give your`,
    '# DefaultOAuth2AuthorizationRequestResolver an authorization request customizer that puts it into additionalParameters.',
    'spring:',
    '  security:',
    '    oauth2:',
    '      client:',
    '        registration:',
    '          cis2:',
    indented(12, registration),
    '        provider:',
    '          cis2:',
    indented(12, provider),
  ).join('\n');
}
