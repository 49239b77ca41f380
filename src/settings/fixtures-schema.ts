/** A fixtures file: the people, accounts, organisations, clients and settings that an environment starts with. */
import { type Static, Type } from 'typebox';
import { NhsmailAccountSchema, OrganisationSchema, PersonSchema } from '../care-identity/schema.ts';
import { ClientSchema } from '../relying-party/client-schema.ts';
import { SettingsSchema } from './settings-schema.ts';

/** Settings in a file may leave out whatever is to stay at its default. */
const PartialSettingsSchema = Type.Partial(
  Type.Object({
    ...SettingsSchema.properties,
    timeouts: Type.Partial(SettingsSchema.properties.timeouts, { additionalProperties: false }),
    nhsmail: Type.Partial(SettingsSchema.properties.nhsmail, { additionalProperties: false }),
  }),
  { additionalProperties: false, description: 'What differs from the default settings.' },
);

export const FixturesSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'Path of fixtures.schema.json, for editors.' })),
    extends: Type.Optional(
      Type.Literal('default', {
        description:
          'Adds to the default fixtures and overrides entries of the same key (org_code, uid, email, client_id). Left out: replaces them.',
      }),
    ),
    settings: Type.Optional(PartialSettingsSchema),
    organisations: Type.Optional(Type.Array(OrganisationSchema)),
    people: Type.Optional(Type.Array(PersonSchema)),
    nhsmail: Type.Optional(Type.Array(NhsmailAccountSchema)),
    clients: Type.Optional(Type.Array(ClientSchema)),
  },
  {
    $id: 'https://mock-cis2.invalid/fixtures.schema.json',
    title: 'Fixtures of the mock CIS2 service',
    additionalProperties: false,
  },
);

export type FixturesFile = Static<typeof FixturesSchema>;
