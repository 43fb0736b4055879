import { parseArgs } from 'node:util';
import type { Firing } from 'template-runner';
import { StartError } from 'template-runner/start-error';
import type { PlatformStatus } from './commands.ts';
import { type Command, sendCommand } from './control.ts';
import { DEFAULT_DATA_DIR } from './data-directory.ts';
import { readPlatformFile } from './platform-file.ts';
import { renderFiring, renderStatus } from './render-status.ts';
import { accessToken, shellEnvironment } from './sign-in.ts';
import { exitOnStartError } from './terminal.ts';

const USAGE =
  'usage: npm run local -- status | fire SCHEDULE | advance DATE | token operator|TENANT [ROLE] | env [--data DIR] [--json]';

function parseCommand([name, argument, ...more]: readonly string[]): Command {
  if (more.length === 0 && name === 'status' && argument === undefined) return { command: 'status' };
  if (more.length === 0 && name === 'fire' && argument !== undefined)
    return { command: 'fire', schedule: argument };
  if (more.length === 0 && name === 'advance' && argument !== undefined)
    return { command: 'advance', until: parseDate(argument) };
  throw new StartError(USAGE);
}

/** A day means its end, so that everything due on it is fired. */
function parseDate(text: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const date = new Date(isDay ? `${text}T23:59:59Z` : text);
  const roundTrips = !isDay || (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text));
  if (Number.isNaN(date.getTime()) || !roundTrips)
    throw new StartError(`${text} is no date: write 2027-01-31 or 2027-01-31T12:00:00Z`);
  return date.toISOString();
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string', default: DEFAULT_DATA_DIR },
      json: { type: 'boolean', default: false },
    },
  });
  const [name, ...words] = positionals;
  if (name === 'token' && (words.length === 1 || words.length === 2)) {
    console.log(await accessToken(readPlatformFile(values.data), words[0] as string, words[1]));
    return;
  }
  if (name === 'env' && words.length === 0) {
    console.log(shellEnvironment(readPlatformFile(values.data)));
    return;
  }
  await control(parseCommand(positionals), values);
}

/** Has the platform's own process do what was asked, and prints what it says as it says it. */
async function control(command: Command, { data, json }: { data: string; json: boolean }): Promise<void> {
  const { controlSocket } = readPlatformFile(data);
  for await (const line of sendCommand(controlSocket, command)) {
    if (json) console.log(JSON.stringify(line));
    else if (command.command === 'status') console.log(renderStatus(line as PlatformStatus));
    else {
      const firing = line as Firing;
      console.log(renderFiring(firing));
      if (!firing.ok) process.exitCode = 1;
    }
  }
}

await exitOnStartError(main, USAGE);
