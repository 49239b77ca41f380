/** STORE=redis://…: this process as one of several replicas that act as one. Loaded only where it is asked for. */

import type { Environments } from '../environment/environments.ts';
import type { LoggerWanted } from '../log/log.ts';
import { type ConnectionListener, connect } from './connection.ts';
import { createReplicatedEnvironments, type ReplicaOptions } from './replicated-environments.ts';

export interface Replica {
  environments: Environments;
  close(): Promise<void>;
}

/** What the store refuses is said again after so long, in milliseconds, while it goes on: a flood of it is one line. */
const SAID_AGAIN_AFTER_MILLISECONDS = 60_000;

/** Tells the log how the connection is. */
function toLog(log: LoggerWanted, machine: () => number): ConnectionListener {
  /** When each kind of refusal was said last, by the word that it begins with, of which Redis has few. */
  const saidAt = new Map<string, number>();
  return {
    reached: () => log().info('the store is reached'),
    lost: (why) => log().warn({ why }, 'the store is away; requests are refused with 503 until it is back'),
    refused(why) {
      const [kind = ''] = why.split(' ', 1);
      const now = machine();
      if (now - (saidAt.get(kind) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_AFTER_MILLISECONDS) return;
      saidAt.set(kind, now);
      log().error({ why }, 'the store refuses what it is asked; requests are refused with 503 meanwhile');
    },
  };
}

/** Throws ConfigurationError where the store cannot be reached. */
export async function joinReplicas(
  url: string,
  log: LoggerWanted,
  options: Omit<ReplicaOptions, 'connection'>,
): Promise<Replica> {
  const connection = await connect(url, toLog(log, options.machine));
  const environments = await createReplicatedEnvironments({ ...options, connection });
  return {
    environments,
    async close() {
      for (const { journal } of environments.all()) await journal.flush?.();
      await connection.close();
    },
  };
}
