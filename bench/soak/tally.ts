/** What was counted and what broke, and how it is printed. */

export interface Tally {
  count(table: string, name: string): void;
  broke(what: string): void;
  readonly faults: number;
  print(): string;
}

/** Most faults that are written out: after so many the first ones tell why. */
const MOST_SHOWN = 30;

/** Longer tables are printed as running text. */
const MOST_ROWS = 30;

export function createTally(): Tally {
  const tables = new Map<string, Map<string, number>>();
  const faults: string[] = [];
  let count = 0;
  return {
    count(table, name) {
      const rows = tables.get(table) ?? new Map<string, number>();
      tables.set(table, rows.set(name, (rows.get(name) ?? 0) + 1));
    },
    broke(what) {
      count += 1;
      if (count > MOST_SHOWN) return;
      faults.push(what);
      process.stdout.write(`BROKEN: ${what}\n`);
    },
    get faults() {
      return count;
    },
    print() {
      const shown = [...tables].map(([table, counted]) => {
        const rows = [...counted].toSorted(([a], [b]) => a.localeCompare(b));
        if (rows.length > MOST_ROWS)
          return `${rows.length} ${table}: ${rows.map((row) => row.join(' ')).join(', ')}\n`;
        const lines = rows.map(([name, times]) => `| ${name} | ${times} |`);
        return `| ${table} | times |\n| --- | --- |\n${lines.join('\n')}\n`;
      });
      const broken = faults.map((fault) => `- ${fault}`).join('\n');
      return `${shown.join('\n')}\n${count === 0 ? 'Nothing broke.' : `${count} broke:\n${broken}`}\n`;
    },
  };
}
