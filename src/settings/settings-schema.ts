/** The settings of an environment. Every duration of the mock is in `timeouts`, in seconds, and nowhere else. */
import { type Static, Type } from 'typebox';
import { chosenScenarioSchema } from '../scenarios/chosen-scenario-schema.ts';
import { LONGEST_SECONDS } from './longest-time.ts';

const closed = { additionalProperties: false };

const seconds = (byDefault: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: LONGEST_SECONDS, default: byDefault, description });

export const TimeoutsSchema = Type.Object(
  {
    login_seconds: seconds(900, 'From the authorization request to the end of the log-in.'),
    sign_in_seconds: seconds(300, 'From the NHSmail sign-in page to the e-mail address and password.'),
    number_match_seconds: seconds(60, 'From the number on the page to its approval in the app.'),
    authorization_code_seconds: seconds(120, 'Life of an authorization code (facts 10.6).'),
    access_token_seconds: seconds(3600, 'Life of an access token (facts 3.4, 10.6).'),
    id_token_seconds: seconds(3600, 'Life of an ID token (facts 3.4, 10.6).'),
    refresh_token_seconds: seconds(604_800, 'Life of a refresh token (facts 10.6).'),
    session_idle_seconds: seconds(
      1800,
      'A single sign-on session unused for this long is over (facts 10.6).',
    ),
    session_max_seconds: seconds(7200, 'A single sign-on session this old is over (facts 10.6).'),
    client_assertion_seconds: seconds(300, 'How far ahead exp of a client assertion may be (facts 4.2).'),
    clock_tolerance_seconds: seconds(
      30,
      'How far a client’s clock may differ from the mock’s, in its assertions.',
    ),
    logout_token_seconds: seconds(120, 'Life of a logout token.'),
    outbound_call_seconds: Type.Integer({
      minimum: 1,
      maximum: 3600,
      default: 5,
      description: 'How long a client’s jwks_uri or backchannel_logout_uri may take to answer.',
    }),
  },
  { ...closed, description: 'All times, in seconds, counted by the environment’s clock.' },
);

export const SettingsSchema = Type.Object(
  {
    timeouts: TimeoutsSchema,
    nhsmail: Type.Object(
      {
        availability: Type.Union([Type.Literal('private_beta'), Type.Literal('general')], {
          default: 'private_beta',
          description:
            'private_beta: only people of organisations in the beta can use NHSmail to log in. general: everybody (facts 5.4: sources differ).',
        }),
        brand: Type.String({
          minLength: 1,
          maxLength: 64,
          default: 'NHS.net Connect (formerly NHSmail)',
          description: 'How pages name the authenticator.',
        }),
      },
      { ...closed, description: 'The NHSmail authenticator.' },
    ),
    on_login_failure: Type.Union([Type.Literal('page'), Type.Literal('redirect')], {
      default: 'page',
      description:
        'Where a failed log-in ends, unless the client or the request says otherwise (facts 10.4).',
    }),
    interaction: Type.Union([Type.Literal('pages'), Type.Literal('automatic')], {
      default: 'pages',
      description:
        'automatic: log-ins go without pages, as if mock_login had named login_hint or automatic_persona; for applications whose authorization URL cannot be changed.',
    }),
    automatic_persona: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'Who logs in where interaction is automatic and there is no login_hint: an NHSmail account or a UID. Left out: the first NHSmail account.',
      }),
    ),
    scenario: Type.Optional(chosenScenarioSchema('in every log-in of the environment')),
    default_acr_values: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: 20,
      default: ['AAL3_ANY'],
      description: 'Assurance asked for where neither the request nor the client names any.',
    }),
    prompt_none_error: Type.Union([Type.Literal('login_required'), Type.Literal('interaction_required')], {
      default: 'login_required',
      description:
        'Answer to prompt=none without a session: OpenID Connect’s login_required, or interaction_required as the product behind CIS2 says (facts 10.3).',
    }),
    invalid_client_status: Type.Union([Type.Literal(401), Type.Literal(400)], {
      default: 401,
      description:
        'HTTP status of invalid_client at the token endpoint. CIS2’s own is not public (facts 5.1, 10.5).',
    }),
    backchannel_logout_attempts: Type.Integer({
      minimum: 1,
      maximum: 10,
      default: 2,
      description: 'How often a logout token is posted until the client answers with 2xx or 4xx.',
    }),
    single_object_collections: Type.Boolean({
      default: false,
      description:
        'Whether UserInfo sends a collection of one role or organisation as a bare object instead of a list (facts 0, row 7).',
    }),
    passkey_amr: Type.String({
      minLength: 1,
      maxLength: 64,
      default: 'PASSKEY',
      description: 'amr of a passkey. CIS2’s own value is not public (facts 3.3).',
    }),
  },
  { ...closed, description: 'How the mock behaves.' },
);

export type Timeouts = Static<typeof TimeoutsSchema>;
export type Settings = Static<typeof SettingsSchema>;
