import { readFileSync } from 'node:fs';
import { StartError } from 'template-runner/start-error';
import { sendCommand } from './control.ts';
import { DEFAULT_DATA_DIR } from './data-directory.ts';
import { readPlatformFile } from './platform-file.ts';
import { exitOnStartError, readArguments, usageOf } from './terminal.ts';

const HELP = `usage: npm run invoke -- FUNCTION EVENT.json [--data DIR]

Runs one function of the running platform with the event in a file, and prints its result.

  FUNCTION    its name or the end of it, such as sweep-outbox
  EVENT.json  what it is called with; events/ holds samples
  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`;

function readEvent(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StartError(`${path}: ${(error as Error).message}`);
  }
}

/** Runs one function of the running platform with an event from a file, and prints its result. */
async function main(): Promise<void> {
  const { values, positionals } = readArguments(HELP, {
    allowPositionals: true,
    options: { data: { type: 'string', default: DEFAULT_DATA_DIR } },
  });
  const [functionName, file, ...more] = positionals;
  if (functionName === undefined || file === undefined || more.length > 0)
    throw new StartError(usageOf(HELP));
  const event = readEvent(file);
  const { controlSocket } = readPlatformFile(values.data);
  for await (const answer of sendCommand(controlSocket, { command: 'invoke', functionName, event })) {
    const { ok, result, error } = answer as { ok: boolean; result?: unknown; error?: unknown };
    console.log(JSON.stringify(ok ? result : error, null, 2));
    if (!ok) process.exitCode = 1;
  }
}

await exitOnStartError(main);
