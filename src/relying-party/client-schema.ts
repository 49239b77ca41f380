/** The shape of a registered relying party: RFC 7591's names, and Connection Manager's (facts 4.5). */
import { type Static, Type } from 'typebox';

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
      [Type.Literal('client_secret_post'), Type.Literal('client_secret_basic'), Type.Literal('none')],
      {
        description:
          'How the client authenticates. client_secret_post is CIS2’s; client_secret_basic and none (a public client, PKCE required) are relaxations that CIS2 does not offer.',
      },
    ),
    client_secret: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        description: 'Needed by client_secret_post and client_secret_basic.',
      }),
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
    relaxations: Type.Optional(
      Type.Array(
        Type.Union([Type.Literal('allow_loopback_redirect_uris')], {
          description:
            'allow_loopback_redirect_uris: any http(s) redirect URI on localhost, 127.0.0.1 or [::1], any port and path.',
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
