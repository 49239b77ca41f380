/** The bearer token of an Authorization header (RFC 6750 section 2.1). */
export const bearerOf = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1];
