/** The version of this package. */
import { readFileSync } from 'node:fs';
import { inPackage } from './package-folder.ts';

let version: string | undefined;

export function packageVersion(): string {
  version ??= String(JSON.parse(readFileSync(inPackage('package.json'), 'utf8')).version);
  return version;
}
