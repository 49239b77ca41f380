/** Scenarios that refuse an authorization request on a page of the provider: nothing reaches the application. */
import type { ScenarioAt } from './scenario.ts';

export const AUTHORIZATION_REQUESTS: readonly ScenarioAt<'authorization_request'>[] = [
  {
    code: 'UNKNOWN_CLIENT',
    title: 'The provider does not know the client',
    place: 'authorization_request',
    refuses: 'unknown_client',
    sent: 'A page of the provider with status 400 and the error invalid_client, as for a client_id that is not registered. No callback comes.',
    goodRelyingParty:
      'Cannot see it happen: whoever runs the application compares its client_id with the registration of that environment.',
  },
  {
    code: 'REDIRECT_URI_NOT_REGISTERED',
    title: 'The redirect URI is not registered',
    place: 'authorization_request',
    refuses: 'redirect_uri_mismatch',
    sent: 'A page of the provider with status 400 and the error redirect_uri_mismatch, as for a redirect URI that is not registered. No callback comes.',
    goodRelyingParty:
      'Cannot see it happen: whoever runs the application compares its redirect URI with the registered ones, letter for letter.',
  },
];
