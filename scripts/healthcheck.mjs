/**
 * The image’s HEALTHCHECK: asks /health/live of the mock in the same container, over plain HTTP where it is offered.
 * Exit code 0 where it answers with 200; 1 with the reason, which `docker inspect` shows, where it does not. How long
 * that may take is the engine’s to say (`--health-timeout`).
 */

/** Set to nothing is not set, as for the mock itself. */
const variable = (/** @type {string} */ name) => process.env[name] || undefined;

const plainPort = variable('HTTP_PORT');
const isSecure = plainPort === undefined && (variable('TLS') ?? 'off') !== 'off';
const listensOn = variable('HOST') ?? '127.0.0.1';

// Its own certificate need not be trusted by this process, nor name this address: nobody stands between the two.
const { get } = isSecure ? await import('node:https') : await import('node:http');
const request = get({
  host: ['0.0.0.0', '::', '[::]'].includes(listensOn) ? '127.0.0.1' : listensOn.replaceAll(/[[\]]/g, ''),
  port: plainPort ?? variable('PORT') ?? 8585,
  path: '/health/live',
  ...(isSecure ? { rejectUnauthorized: false } : {}),
});

request.on('response', (response) => {
  response.resume();
  end(response.statusCode === 200, `/health/live answers with ${response.statusCode}`);
});
request.on('error', (error) => end(false, `/health/live does not answer: ${error.message}`));

function end(/** @type {boolean} */ isHealthy, /** @type {string} */ said) {
  process.stdout.write(`${said}\n`);
  process.exitCode = isHealthy ? 0 : 1;
  request.destroy();
}
