/**
 * The headers that every answer has, whatever it is: those of helmet, with a policy for answers that are no pages.
 * Pages replace the policy by their own. They are the same each time, so no middleware works them out for each request.
 *
 * No HSTS and no upgrade to https, which would pin localhost; no opener policy, which would cut an application off
 * from the log-in that it opened in a pop-up window.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  // Not no-referrer: under it, forms of our own pages would come with `Origin: null`.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
