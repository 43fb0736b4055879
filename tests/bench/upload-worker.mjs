import { readFileSync } from 'node:fs';

// A Lambda environment of its own, to measure its memory: loads the bundle named by its argument, then runs the events it is
// sent and answers the most memory that it has held, in bytes. Plain JavaScript, since reading TypeScript takes memory too.
const { handler } = await import(process.argv[2]);
process.on('message', async (event) => {
  const context = { functionName: 'bench', awsRequestId: 'bench', getRemainingTimeInMillis: () => 600_000 };
  const answer = await handler(event, context);
  process.send({ answer, peakBytes: peakBytes() });
});
process.send('ready');

/** Not `resourceUsage`, whose maximum begins with that of the process which started this one. */
function peakBytes() {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
