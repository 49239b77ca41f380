/** What every test account has for a password, as pages say it: the mock never invites a real one. */
export const TEST_PASSWORD = 'password';
