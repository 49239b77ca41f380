/** Loaded into a mock that is soaked, before it starts: tells how much memory is in use whenever it is asked. */
import { setTimeout as wait } from 'node:timers/promises';

process.on('message', async () => {
  // More than once: what a first collection lets go may be all that held something else.
  for (let times = 0; times < 4; times++) {
    globalThis.gc?.();
    await wait(20);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ inUse: heapUsed + external, rss });
});
// The question alone keeps no process alive that has been told to end.
process.channel?.unref();
// Where the soak itself was killed, nothing of it stays behind.
const soak = process.ppid;
setInterval(() => {
  if (process.ppid !== soak) process.kill(process.pid, 'SIGKILL');
}, 1000).unref();
