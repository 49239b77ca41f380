/**
 * `oidc-provider` as its manual begins, with its store in memory and its keys for trials, which no start has to make.
 * Its pages are off; a parameter of the request logs the person in, so that one request gives the code.
 */
const { Provider } = await import(String('oidc-provider'));

const port = Number(process.env['PORT']);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'mock-client',
      client_secret: 'mock-secret',
      redirect_uris: ['http://localhost:3000/callback'],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      application_type: 'native',
    },
  ],
  claims: { openid: ['sub'], profile: ['name', 'family_name', 'given_name', 'uid'], email: ['email'] },
  features: { devInteractions: { enabled: false } },
  interactions: { policy: [] },
  pkce: { required: () => false },
  /** Runs before the account of the session is looked up. */
  extraParams: {
    mock_login(/** @type {any} */ context, /** @type {string} */ accountId) {
      context.oidc.session.loginAccount({ accountId });
    },
  },
  async findAccount(/** @type {unknown} */ _context, /** @type {string} */ accountId) {
    const claims = {
      sub: accountId,
      name: 'BOUND Alex Dr',
      family_name: 'Bound',
      given_name: 'Alex',
      uid: '555000000001',
      email: 'alex.bound@nhs.net',
    };
    return { accountId, claims: async () => claims };
  },
  async loadExistingGrant(/** @type {any} */ { oidc }) {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});

provider.listen(port, '127.0.0.1');
