/** The licences of packages whose code is passed on in dist, as their authors ask for. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The terms of the MIT licence, which this package has too: without the line that says whose work it is. */
async function mitTerms() {
  const text = await readFile(join(root, 'LICENSE'), 'utf8');
  return text.slice(text.indexOf('Permission is hereby granted'));
}

/** Some packages have no file with their licence and name it only. */
async function termsOf(/** @type {string} */ folder) {
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
  if (file) return readFile(join(folder, file), 'utf8');
  const { name, license, author, repository } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  if (license !== 'MIT')
    throw new Error(`${name}: its licence, ${license}, has to be passed on, and is not there`);
  return `MIT License\n\nCopyright (c) ${author?.name ?? author ?? `the authors of ${repository.url}`}\n\n${await mitTerms()}`;
}

/** One text with the licences of all packages at these folders below this project. */
export async function licencesOf(/** @type {readonly string[]} */ folders) {
  const texts = folders.map(async (path) => {
    const folder = join(root, path);
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${(await termsOf(folder)).trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
