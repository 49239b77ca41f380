/** Where this package is, whether it runs from src or from dist, in which modules are put together. */
import { existsSync } from 'node:fs';

function findFolder(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder);
    if (above.href === folder.href) throw new Error('the package has no package.json');
    folder = above;
  }
  return folder;
}

const FOLDER = findFolder();

/** A file or folder of this package, by its path from the package’s root. */
export const inPackage = (path: string): URL => new URL(path, FOLDER);
