/**
 * Makes dist/assets, which the server serves under /assets: nhsuk-frontend and Swagger UI as the pages need them, and
 * our own files.
 * Safe while a server runs from dist: nothing is removed, and only files that differ are replaced, each at once.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const nhsuk = join(root, 'node_modules/nhsuk-frontend');
const swaggerUi = join(root, 'node_modules/@fastify/swagger-ui/static');
const target = join(root, 'dist/assets');

/** The images that carry the NHS logo, a trade mark, are left out: what remains are the icons of the CSS. */
const isPlainIcon = (/** @type {string} */ name) =>
  /^nhsuk-icon-.+\.svg$/.test(name) && name !== 'nhsuk-icon-mask.svg';

/** Without the fonts, which would be asked of assets.nhs.uk (the font stack goes on to Arial). */
const withoutFonts = (/** @type {string} */ css) => css.replaceAll(/@font-face\s*\{[^}]*\}/g, '');

/** The source maps are not served. */
const withoutSourceMap = (/** @type {string} */ text) =>
  text.replaceAll(/\/\*# sourceMappingURL=.*?\*\/|\/\/# sourceMappingURL=.*$/gm, '').trimEnd();

/**
 * @param {string} name
 * @param {string | Buffer} content
 */
async function put(name, content) {
  const file = join(target, name);
  const bytes = Buffer.from(content);
  const before = await readFile(file).catch(() => undefined);
  if (before?.equals(bytes)) return;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, bytes);
  await rename(draft, file);
}

async function putNhsukFrontend() {
  const { version } = JSON.parse(await readFile(join(nhsuk, 'package.json'), 'utf8'));
  const notice = `\n/*! From nhsuk-frontend ${version}, MIT licence. Changed: no web fonts. */\n`;
  const css = await readFile(join(nhsuk, 'dist/nhsuk/nhsuk-frontend.min.css'), 'utf8');
  const js = await readFile(join(nhsuk, 'dist/nhsuk/nhsuk-frontend.min.js'), 'utf8');
  await put('nhsuk-frontend.min.css', withoutSourceMap(withoutFonts(css)) + notice);
  await put('nhsuk-frontend.min.js', withoutSourceMap(js) + notice.replace(' Changed: no web fonts.', ''));

  const images = join(nhsuk, 'dist/nhsuk/assets/images');
  for (const name of (await readdir(images)).filter(isPlainIcon)) {
    await put(join('images', name), await readFile(join(images, name)));
  }
}

/** What the page of the control API needs of Swagger UI. Its licences are among our own files, and served beside it. */
async function putSwaggerUi() {
  const licence = 'swagger-ui-bundle.js.LICENSE.txt';
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    const text = await readFile(join(swaggerUi, name), 'utf8');
    await put(
      name,
      `${withoutSourceMap(text)}\n/*! From swagger-ui, Apache-2.0 licence: see ${licence}. */\n`,
    );
  }
}

async function putOurOwn() {
  const own = join(root, 'assets');
  const entries = await readdir(own, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const file = join(parentPath, name);
    await put(relative(own, file), await readFile(file));
  }
}

await putNhsukFrontend();
await putSwaggerUi();
await putOurOwn();
