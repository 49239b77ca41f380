/** Builds both images before the tests, as Compose does for anybody, and removes them afterwards. */
import { APP_IMAGE, compose, docker, IMAGE, tryDocker, whatIsMissing } from './engine.ts';

export async function setup() {
  const missing = whatIsMissing();
  if (missing !== undefined) throw new Error(missing);
  const { NODE_IMAGE } = process.env;
  const base = NODE_IMAGE === undefined ? [] : ['--build-arg', `NODE_IMAGE=${NODE_IMAGE}`];
  process.stdout.write('Building the images …\n');
  await compose({}, 'build', ...base);
  process.stdout.write(`${await sizes()}\n`);
}

async function sizes(): Promise<string> {
  const [size, layers] = await Promise.all([
    docker('image', 'inspect', IMAGE, '--format', '{{.Size}}'),
    docker('history', IMAGE, '--no-trunc', '--format', '{{.Size}}\t{{.CreatedBy}}'),
  ]);
  const filled = layers.split('\n').filter((layer) => !layer.startsWith('0B'));
  return [`The image has ${(Number(size) / 1e6).toFixed(0)} MB; its layers, newest first:`, ...filled].join(
    '\n',
  );
}

export async function teardown() {
  await tryDocker('image', 'rm', IMAGE, APP_IMAGE);
}
