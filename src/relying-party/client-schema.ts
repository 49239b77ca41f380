/** The shape of a registered relying party: RFC 7591's names, and Connection Manager's (facts 4.5). */
import { type Static, Type } from 'typebox';
import { chosenScenarioSchema } from '../scenarios/chosen-scenario-schema.ts';

const uri = (description: string) => Type.String({ minLength: 1, maxLength: 2048, description });

export const ClientSchema = Type.Object(
  {
    client_id: Type.String({
      pattern: '^[\\x21-\\x7e]{1,256}$',
      description: 'Visible ASCII without spaces. Key of the list.',
    }),
    client_name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'Name of the application, shown on pages.' }),
    ),
    client_uri: Type.Optional(
      uri(
        'Home page of the application. Its origin is allowed as a target of the log-in pages’ forms, which an application behind a broker needs: Chromium checks every redirect that follows a form.',
      ),
    ),
    redirect_uris: Type.Array(
      uri('https, or http on a loopback host; no fragment; compared as text with the one that is asked for.'),
      {
        minItems: 1,
        maxItems: 100,
        description: 'Where an authorization response may go (RFC 6749 section 3.1.2).',
      },
    ),
    token_endpoint_auth_method: Type.Union(
      [
        Type.Literal('client_secret_post'),
        Type.Literal('client_secret_jwt'),
        Type.Literal('private_key_jwt'),
        Type.Literal('client_secret_basic'),
        Type.Literal('none'),
      ],
      {
        description:
          'How the client authenticates. The first three are CIS2’s; client_secret_basic and none (a public client, PKCE required) are relaxations that CIS2 does not offer.',
      },
    ),
    client_secret: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        description:
          'Needed by client_secret_post and client_secret_basic; by client_secret_jwt too, with at least 32 characters.',
      }),
    ),
    jwks_uri: Type.Optional(
      uri(
        'For private_key_jwt: where the client publishes its keys. Fetched when needed, cached for five minutes.',
      ),
    ),
    jwks: Type.Optional(
      Type.Object(
        { keys: Type.Array(Type.Object({}, { additionalProperties: true }), { minItems: 1, maxItems: 50 }) },
        {
          additionalProperties: false,
          description: 'For private_key_jwt: the public keys themselves, as a JWK Set.',
        },
      ),
    ),
    public_key_pem: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20_000,
        description: 'For private_key_jwt: a public key or a certificate as PEM.',
      }),
    ),
    jwks_uri_signing_algorithm: Type.Optional(
      Type.Union(
        [
          Type.Literal('RS256'),
          Type.Literal('RS384'),
          Type.Literal('RS512'),
          Type.Literal('PS256'),
          Type.Literal('PS384'),
          Type.Literal('PS512'),
          Type.Literal('ES256'),
          Type.Literal('ES384'),
          Type.Literal('ES512'),
          Type.Literal('HS256'),
          Type.Literal('HS384'),
          Type.Literal('HS512'),
        ],
        {
          description:
            'The algorithm of the client’s assertions, wherever its keys come from. Left out: any that fits the key (RS, PS, ES; HS for client_secret_jwt).',
        },
      ),
    ),
    grant_types: Type.Optional(
      Type.Array(Type.Union([Type.Literal('authorization_code'), Type.Literal('refresh_token')]), {
        minItems: 1,
        uniqueItems: true,
        description:
          'Left out: authorization_code alone. With refresh_token, each token response carries one.',
      }),
    ),
    userinfo_signed_response_alg: Type.Optional(
      Type.Literal('RS256', { description: 'UserInfo as a signed JWT instead of JSON (facts 2.2).' }),
    ),
    post_logout_redirect_uris: Type.Optional(
      Type.Array(uri('Compared as text with the one that is asked for.'), {
        maxItems: 100,
        description: 'Where a browser may be sent after logging out.',
      }),
    ),
    backchannel_logout_uri: Type.Optional(
      uri(
        'Where logout tokens are posted when a session ends: http or https, on any host, since the mock calls it.',
      ),
    ),
    backchannel_logout_session_required: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether logout tokens carry sid.' }),
    ),
    default_acr_values: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 20,
        description:
          'Assurance asked for when the request names no acr_values. Left out: settings.default_acr_values.',
      }),
    ),
    on_login_failure: Type.Optional(
      Type.Union([Type.Literal('page'), Type.Literal('redirect')], {
        description:
          'page: a failed log-in ends on CIS2’s page. redirect: it goes back as an OAuth error. Left out: settings.on_login_failure.',
      }),
    ),
    require_selected_role: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Whether a log-in in which a role was asked for and none was selected ends as no_role.',
      }),
    ),
    interaction: Type.Optional(
      Type.Union([Type.Literal('pages'), Type.Literal('automatic')], {
        description:
          'automatic: log-ins by this client go without pages, as if mock_login had named login_hint or automatic_persona. Left out: settings.interaction.',
      }),
    ),
    automatic_persona: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'Who logs in by this client where interaction is automatic and there is no login_hint: an NHSmail account or a UID. Left out: settings.automatic_persona.',
      }),
    ),
    scenario: Type.Optional(chosenScenarioSchema('in every log-in by this client')),
    relaxations: Type.Optional(
      Type.Array(
        Type.Union([Type.Literal('allow_loopback_redirect_uris')], {
          description:
            'allow_loopback_redirect_uris: any http(s) redirect URI on localhost, 127.0.0.1 or [::1], any port and path; post-logout redirect URIs likewise.',
        }),
        {
          uniqueItems: true,
          description: 'Leniences that CIS2 does not have, by name. Each use is journalled.',
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'A relying party registered with the mock.' },
);

export type Client = Static<typeof ClientSchema>;
