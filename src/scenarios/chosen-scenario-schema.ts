/** The shape of a scenario as fixtures and settings choose it. Whether the code is known is checked beside the schema. */
import { Type } from 'typebox';
import { ENDPOINTS } from './scenario.ts';

/** @param of whose scenario it is, for the description. */
export const chosenScenarioSchema = (of: string) =>
  Type.Object(
    {
      code: Type.String({
        pattern: '^[A-Z][A-Z0-9_]{1,63}$',
        description: 'A code of /_mock/scenarios/catalogue.',
      }),
      times: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1000,
          description:
            'For a scenario that ends the log-in: how often it acts for each authorization request; Try again counts on. Left out: every time.',
        }),
      ),
      endpoint: Type.Optional(
        Type.Union(
          ENDPOINTS.map((endpoint) => Type.Literal(endpoint)),
          {
            description:
              'Where a transport scenario acts. Left out: its own endpoint, as the catalogue says.',
          },
        ),
      ),
      parameters: Type.Optional(
        Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]), {
          description: 'Those that the catalogue lists for the scenario. Left out: their defaults.',
        }),
      ),
    },
    { additionalProperties: false, description: `Something that goes wrong on purpose: ${of}.` },
  );
