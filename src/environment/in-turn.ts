/** Work that is done one after the other, whoever asks for it, so that none falls between two steps of another. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function createInTurn(): InTurn {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = turn.then(work);
    // What fails is told to whoever asked for it, and does not hold up the others.
    turn = next.catch(() => {});
    return next;
  };
}
