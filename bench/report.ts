/** The figures as a table that people can read, each beside the floor’s and the best peer’s. */
import type { Figures } from './comparison.ts';
import { CONTENDERS, FLOOR, MOCK_CIS2, PEERS } from './contenders.ts';
import type { Growth } from './growth.ts';
import type { Sizes } from './sizes.ts';

export interface Report {
  machine: string;
  sizes: Sizes;
  figures: ReadonlyMap<string, Figures>;
  growth: readonly Growth[];
}

interface Row {
  title: string;
  of: keyof Figures;
  better: 'more' | 'less';
}

const rowsFor = ({ coldLogIns, manyLogIns }: Sizes): readonly Row[] => [
  { title: 'log-ins a second, warm', of: 'logInsPerSecond', better: 'more' },
  { title: `log-ins a second, the first ${coldLogIns}`, of: 'coldLogInsPerSecond', better: 'more' },
  { title: 'CPU time of a log-in, warm (µs)', of: 'cpuMicroseconds', better: 'less' },
  { title: `CPU time of a log-in, the first ${coldLogIns} (µs)`, of: 'coldCpuMicroseconds', better: 'less' },
  { title: 'discovery documents a second', of: 'discoveryPerSecond', better: 'more' },
  { title: 'JWK Sets a second', of: 'jwksPerSecond', better: 'more' },
  { title: 'process start to first discovery (ms)', of: 'firstDiscoveryMilliseconds', better: 'less' },
  { title: 'CPU time of that (ms)', of: 'startCpuMilliseconds', better: 'less' },
  { title: 'memory, idle (MB)', of: 'idleMB', better: 'less' },
  { title: `memory after ${manyLogIns} log-ins (MB)`, of: 'usedMB', better: 'less' },
];

function figureOf({ figures }: Report, name: string, of: keyof Figures): number {
  const found = figures.get(name);
  if (!found) throw new Error(`nothing was measured at ${name}`);
  return found[of];
}

function bestPeer(report: Report, { of, better }: Row): number {
  const values = PEERS.map(({ name }) => figureOf(report, name, of));
  return better === 'more' ? Math.max(...values) : Math.min(...values);
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const ratio = (value: number): string => value.toFixed(2);

function comparisonTable(report: Report): string {
  const heads = ['', ...CONTENDERS.map(({ name }) => name), '÷ floor', '÷ best peer'];
  const rows = rowsFor(report.sizes).map((row) => {
    const ours = figureOf(report, MOCK_CIS2.name, row.of);
    return line([
      row.title,
      ...CONTENDERS.map(({ name }) => String(Math.round(figureOf(report, name, row.of)))),
      ratio(ours / figureOf(report, FLOOR.name, row.of)),
      ratio(ours / bestPeer(report, row)),
    ]);
  });
  return line(heads) + line(heads.map((_, index) => (index === 0 ? '---' : '---:'))) + rows.join('');
}

function growthTable({ growth }: Report): string {
  const first = (each: Growth) =>
    growth.find(({ what, work }) => what === each.what && nameOf(work) === nameOf(each.work));
  const rows = growth.map((each) => {
    const times = each.cpuMicroseconds / (first(each)?.cpuMicroseconds ?? each.cpuMicroseconds);
    const cells = [Math.round(each.cpuMicroseconds), ratio(times), Math.round(each.residentMB)];
    return line([`${each.count} ${each.what}`, each.work, ...cells.map(String)]);
  });
  const heads = ['mock-cis2 with', 'work', 'CPU time (µs)', '÷ the fewest', 'memory (MB)'];
  return line(heads) + line(['---', '---', '---:', '---:', '---:']) + rows.join('');
}

/** The work, without at how many. */
const nameOf = (work: string): string => work.split(',', 1)[0] ?? work;

/** What issue 6 asks for. By CPU time, which other programs on the machine disturb less than rates. */
function targets(report: Report): string {
  const ours = (of: keyof Figures) => figureOf(report, MOCK_CIS2.name, of);
  const [floor, best] = [
    figureOf(report, FLOOR.name, 'cpuMicroseconds'),
    Math.min(...PEERS.map(({ name }) => figureOf(report, name, 'cpuMicroseconds'))),
  ];
  const starts = PEERS.map(({ name }) => figureOf(report, name, 'firstDiscoveryMilliseconds'));
  const list: [string, boolean, string][] = [
    [
      'at least 60 % of the floor by CPU time',
      floor / ours('cpuMicroseconds') >= 0.6,
      `${ratio(floor / ours('cpuMicroseconds'))}`,
    ],
    [
      'at least twice the best peer by CPU time',
      best / ours('cpuMicroseconds') >= 2,
      `${ratio(best / ours('cpuMicroseconds'))}`,
    ],
    [
      'a start no slower than the fastest peer’s',
      ours('firstDiscoveryMilliseconds') <= Math.min(...starts),
      `${Math.round(ours('firstDiscoveryMilliseconds'))} ms to ${Math.round(Math.min(...starts))} ms`,
    ],
    [
      'idle memory below oidc-provider’s',
      ours('idleMB') < figureOf(report, 'oidc-provider', 'idleMB'),
      `${Math.round(ours('idleMB'))} MB to ${Math.round(figureOf(report, 'oidc-provider', 'idleMB'))} MB`,
    ],
  ];
  return list.map(([target, met, found]) => `- ${met ? 'met' : 'NOT met'}: ${target} (${found})\n`).join('');
}

export const asText = (report: Report): string =>
  [report.machine, '\n\n', comparisonTable(report), '\n', growthTable(report), '\n', targets(report)].join(
    '',
  );

export const asJson = ({ figures, ...rest }: Report): string =>
  `${JSON.stringify({ ...rest, figures: Object.fromEntries(figures) }, null, 2)}\n`;
