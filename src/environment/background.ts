/** Work that no request waits for. A closing server waits for it, and none of it can bring the process down. */
export interface Background {
  run(work: Promise<void>): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function createBackground(onFailure: (error: unknown) => void): Background {
  const underWay = new Set<Promise<void>>();
  return {
    run(work) {
      const guarded: Promise<void> = work.catch(onFailure).finally(() => underWay.delete(guarded));
      underWay.add(guarded);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
