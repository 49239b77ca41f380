/**
 * The only calls that the mock makes itself: to a registered jwks_uri or backchannel_logout_uri. Limited in time and
 * size, and never following a redirect, which could lead anywhere.
 */

export interface OutboundRequest {
  timeoutSeconds: number;
  /** Of the answer’s body, in bytes. */
  maxBytes: number;
  /** Sent as a POST of a form; left out, it is a GET. */
  form?: Readonly<Record<string, string>>;
}

export type OutboundAnswer = { status: number; body: string } | { failure: string };

async function readBounded(response: Response, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The reason of a failed fetch, which the platform hides one level down. */
function reasonOf(error: unknown, timeoutSeconds: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutSeconds} seconds`;
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

export async function fetchBounded(url: string, request: OutboundRequest): Promise<OutboundAnswer> {
  const { timeoutSeconds, maxBytes, form } = request;
  // Registration lets in no other; the platform’s fetch would take data: and blob: too.
  if (!/^https?:\/\//.test(url)) return { failure: 'not an http or https address' };
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    const body = await readBounded(response, maxBytes);
    if (body === undefined) return { failure: `an answer of more than ${maxBytes} bytes` };
    return { status: response.status, body };
  } catch (error) {
    return { failure: reasonOf(error, timeoutSeconds) };
  }
}
