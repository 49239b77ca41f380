/** STORE=redis://…: this process as one of several replicas that act as one. Loaded only where it is asked for. */

import type { Environments } from '../environment/environments.ts';
import type { LoggerWanted } from '../log/log.ts';
import { connect } from './connection.ts';
import { createReplicatedEnvironments, type ReplicaOptions } from './replicated-environments.ts';

export interface Replica {
  environments: Environments;
  close(): Promise<void>;
}

/** Throws ConfigurationError where the store cannot be reached. */
export async function joinReplicas(
  url: string,
  log: LoggerWanted,
  options: Omit<ReplicaOptions, 'connection'>,
): Promise<Replica> {
  const connection = await connect(url, (state, why) => {
    if (state === 'lost')
      log().warn({ why }, 'the store is away; requests are refused with 503 until it is back');
    else log().info('the store is reached');
  });
  const environments = await createReplicatedEnvironments({ ...options, connection });
  return {
    environments,
    async close() {
      for (const { journal } of environments.all()) await journal.flush?.();
      await connection.close();
    },
  };
}
