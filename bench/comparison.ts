/** mock-cis2 beside the others: the same work at each, in rounds that take turns, so that a busy machine is shared by all. */
import { setTimeout as wait } from 'node:timers/promises';
import { CONTENDERS } from './contenders.ts';
import { type Load, loadOn, type Taken } from './load.ts';
import { type RunningServer, startServer } from './server-process.ts';
import type { Sizes } from './sizes.ts';

/** One server’s figures. Each is the median of its rounds. */
export interface Figures {
  firstDiscoveryMilliseconds: number;
  startCpuMilliseconds: number;
  idleMB: number;
  coldLogInsPerSecond: number;
  coldCpuMicroseconds: number;
  logInsPerSecond: number;
  cpuMicroseconds: number;
  discoveryPerSecond: number;
  jwksPerSecond: number;
  usedMB: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
};

export const perSecond = ({ times, seconds }: Taken): number => times / seconds;
export const cpuForEach = ({ times, cpuMicroseconds }: Taken): number => cpuMicroseconds / times;
export const inMB = (bytes: number): number => bytes / 1e6;

/** How long a server is left alone before its memory counts as idle: keys are made in this time. */
const IDLE_AFTER_MILLISECONDS = 2000;

interface Start {
  firstDiscoveryMilliseconds: number;
  startCpuMilliseconds: number;
  idleMB: number;
  cold: Taken;
}

/** A new process: its first answer, its memory, and its first log-ins, before anything is compiled. */
async function startCold(
  contender: (typeof CONTENDERS)[number],
  sizes: Sizes,
  folder: string,
): Promise<Start> {
  const server = await startServer(contender, folder);
  await wait(IDLE_AFTER_MILLISECONDS);
  const idleMB = inMB(server.residentBytes());
  const load = loadOn(server);
  const cold = await load.repeat(load.logIn, { times: sizes.coldLogIns });
  await load.close();
  await server.stop();
  return {
    firstDiscoveryMilliseconds: server.startedInMilliseconds,
    startCpuMilliseconds: server.startedByCpuMicroseconds / 1000,
    idleMB,
    cold,
  };
}

interface Rounds {
  server: RunningServer;
  load: Load;
  starts: Start[];
  logIns: Taken[];
  discovery: Taken[];
  jwks: Taken[];
}

export async function compare(
  sizes: Sizes,
  folder: string,
  tell: (what: string) => void,
): Promise<Map<string, Figures>> {
  tell('cold starts');
  const starts = new Map<string, Start[]>(CONTENDERS.map(({ name }) => [name, []]));
  for (let round = 0; round < sizes.starts; round++) {
    for (const contender of CONTENDERS) {
      starts.get(contender.name)?.push(await startCold(contender, sizes, folder));
    }
  }
  tell('warming up');
  const all: Rounds[] = [];
  for (const contender of CONTENDERS) {
    const server = await startServer(contender, folder);
    const load = loadOn(server);
    await load.checkSignature();
    await load.repeat(load.logIn, { times: sizes.warmUpLogIns });
    await load.repeat(load.discovery, { seconds: sizes.roundSeconds });
    await load.repeat(load.jwks, { seconds: sizes.roundSeconds });
    const startsOf = starts.get(contender.name) ?? [];
    all.push({ server, load, starts: startsOf, logIns: [], discovery: [], jwks: [] });
  }
  for (let round = 0; round < sizes.rounds; round++) {
    tell(`round ${round + 1} of ${sizes.rounds}`);
    const [whole, half] = [{ seconds: sizes.roundSeconds }, { seconds: sizes.roundSeconds / 2 }];
    for (const { load, logIns } of all) logIns.push(await load.repeat(load.logIn, whole));
    for (const { load, discovery } of all) discovery.push(await load.repeat(load.discovery, half));
    for (const { load, jwks } of all) jwks.push(await load.repeat(load.jwks, half));
  }
  tell(`memory after ${sizes.manyLogIns} log-ins`);
  const figures = new Map<string, Figures>();
  for (const rounds of all) {
    figures.set(rounds.server.contender.name, await figuresOf(rounds, sizes));
    await rounds.load.close();
    await rounds.server.stop();
  }
  return figures;
}

async function figuresOf({ server, load, starts, ...rounds }: Rounds, sizes: Sizes): Promise<Figures> {
  const done = rounds.logIns.reduce((sum, { times }) => sum + times, sizes.warmUpLogIns);
  if (done < sizes.manyLogIns) await load.repeat(load.logIn, { times: sizes.manyLogIns - done });
  return {
    firstDiscoveryMilliseconds: median(starts.map((each) => each.firstDiscoveryMilliseconds)),
    startCpuMilliseconds: median(starts.map((each) => each.startCpuMilliseconds)),
    idleMB: median(starts.map(({ idleMB }) => idleMB)),
    coldLogInsPerSecond: median(starts.map(({ cold }) => perSecond(cold))),
    coldCpuMicroseconds: median(starts.map(({ cold }) => cpuForEach(cold))),
    logInsPerSecond: median(rounds.logIns.map(perSecond)),
    cpuMicroseconds: median(rounds.logIns.map(cpuForEach)),
    discoveryPerSecond: median(rounds.discovery.map(perSecond)),
    jwksPerSecond: median(rounds.jwks.map(perSecond)),
    usedMB: inMB(server.residentBytes()),
  };
}
