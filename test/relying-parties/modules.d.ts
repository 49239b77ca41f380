/** What the tests use of libraries that bring no types. */
declare module 'passport-openidconnect' {
  import type { Strategy as PassportStrategy } from 'passport';

  export interface Profile {
    id: string;
    displayName?: string;
    name?: { familyName?: string; givenName?: string };
    emails?: { value: string }[];
  }

  export interface Options {
    issuer: string;
    authorizationURL: string;
    tokenURL: string;
    userInfoURL: string;
    clientID: string;
    clientSecret: string;
    callbackURL: string;
    scope: string[];
    nonce: boolean;
  }

  /** The form of verify with nine parameters, which is given UserInfo and the claims of the ID token apart. */
  export type Verify = (
    issuer: string,
    userInfo: Profile,
    idClaims: Profile,
    context: { timestamp?: Date; class?: string; methods?: string[] },
    idToken: string,
    accessToken: string,
    refreshToken: string | undefined,
    parameters: Readonly<Record<string, unknown>>,
    done: (error: Error | null, user?: Express.User | false) => void,
  ) => void;

  export class Strategy extends PassportStrategy {
    constructor(options: Options, verify: Verify);
  }

  const exported: { Strategy: typeof Strategy };
  export default exported;
}
