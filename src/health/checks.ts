/** What a mock needs before it can serve, as named checks, each with a time limit. */

/** Resolves where all is well; rejects with the reason where it is not. */
export type Check = () => Promise<unknown>;

/** What is checked, by a name that stands in the answer of /health/ready. */
export type Checks = Readonly<Record<string, Check>>;

/** How one check ended. */
export type Finding = { status: 'up' } | { status: 'down'; why: string };

export interface Readiness {
  status: 'up' | 'down';
  /** By the names of the checks. */
  checks: Record<string, Finding>;
}

/** How long a check may take, in milliseconds. */
const WITHIN_MILLISECONDS = 1000;

const MOST_CHARACTERS = 200;

/** A reason in one line, without the credentials that an address may hold. */
function whyOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split(/[\r\n]/, 1);
  return line.slice(0, MOST_CHARACTERS).replace(/\/\/[^\s/@]*@/g, '//') || 'it failed without a reason';
}

async function findingOf(check: Check, withinMilliseconds: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${withinMilliseconds} milliseconds`)),
      withinMilliseconds,
    );
  });
  try {
    await Promise.race([check(), late]);
    return { status: 'up' };
  } catch (error) {
    return { status: 'down', why: whyOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** All of them at once; ready is who passes every one. */
export async function readinessOf(
  checks: Checks,
  withinMilliseconds = WITHIN_MILLISECONDS,
): Promise<Readiness> {
  const findings = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, await findingOf(check, withinMilliseconds)] as const,
    ),
  );
  const isUp = findings.every(([, { status }]) => status === 'up');
  return { status: isUp ? 'up' : 'down', checks: Object.fromEntries(findings) };
}
