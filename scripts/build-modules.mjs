/**
 * Puts the modules of src, and the framework that every start needs, together into few files in dist: a start opens a
 * dozen files instead of hundreds, which takes a third of its time away. What is imported when it is needed stays apart,
 * and so does what package.json names among its dependencies. With --clean, what earlier builds left in dist goes;
 * without, nothing is removed, so that a server may run from dist meanwhile.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** What Fastify would load for compilers of its own; src/server.ts sets others. */
const NEVER_LOADED = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'];

/** A module of the old form among those of the new has to find Node’s own modules. */
const WITH_REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts', 'src/index.ts'],
  outdir: 'dist',
  chunkNames: 'modules/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: [...Object.keys(dependencies), ...NEVER_LOADED].flatMap((name) => [name, `${name}/*`]),
  banner: { js: WITH_REQUIRE },
  metafile: true,
  logLevel: 'warning',
});

/** Where the packages are whose code is in dist; scripts/build-assets.mjs puts the last two there. */
const builtIn = new Set([
  ...Object.keys(metafile.inputs).flatMap(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  ),
  'node_modules/nhsuk-frontend',
  'node_modules/@fastify/swagger-ui',
]);
await writeFile(join(dist, 'THIRD-PARTY-LICENSES'), await licencesOf([...builtIn].sort()));

/** Whether a file of dist is one that the sources of now do not lead to. */
function isLeft(/** @type {string} */ name) {
  if (name.startsWith('assets/')) return false;
  if (name.endsWith('.d.ts')) return !existsSync(join(root, 'src', `${name.slice(0, -'.d.ts'.length)}.ts`));
  return /\.js(?:\.map)?$/.test(name) && !(join('dist', name) in metafile.outputs);
}

if (process.argv.includes('--clean')) {
  const files = await readdir(dist, { recursive: true });
  for (const name of files.filter(isLeft)) await rm(join(dist, name));
}
