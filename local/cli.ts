import type { Firing } from 'template-runner';
import { StartError } from 'template-runner/start-error';
import { closest } from '#lib/closest.ts';
import type { PlatformStatus } from './commands.ts';
import { type Command, sendCommand } from './control.ts';
import { DEFAULT_DATA_DIR, writeForOwnerOnly } from './data-directory.ts';
import { listMails, showMail } from './mails.ts';
import { readPlatformFile } from './platform-file.ts';
import { renderFiring, renderStatus } from './render-status.ts';
import { accessToken, shellEnvironment } from './sign-in.ts';
import { exitOnStartError, readArguments, usageOf } from './terminal.ts';

const OPTIONS = `
  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})
  --json      prints what the platform says as JSON, a line each`;

/** The help text of each command. The first line is its usage. */
const COMMANDS: Readonly<Record<string, string>> = {
  status: `usage: npm run local -- status [--data DIR] [--json]

Shows the platform's time, its schedules, queues, uploads and executions, and the functions that ran.
${OPTIONS}`,
  fire: `usage: npm run local -- fire SCHEDULE [--data DIR] [--json]

Fires one schedule now. SCHEDULE is its name or the end of it, such as sweep-outbox; status lists them.
${OPTIONS}`,
  advance: `usage: npm run local -- advance DATE [--data DIR] [--json]

Moves the platform's time ahead to a date (2027-01-31, which means the end of that day) or an instant
(2027-01-31T12:00:00Z), and fires every schedule that falls due on the way, in order.
${OPTIONS}`,
  token: `usage: npm run local -- token operator|TENANT [ROLE] [--data DIR]

Prints an access token of the operator, or of the demo user of a tenant with a role (default: ADMIN).

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  mail: `usage: npm run local -- mail [ID] [--data DIR]

Lists the newest mails that the platform has sent, or shows the one with an ID. They are .eml files in the data directory, and reach nobody.

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  env: `usage: npm run local -- env [--data DIR]

Prints what an AWS client needs to reach the platform, as shell commands: eval "$(npm run -s local -- env)".

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  backup: `usage: npm run local -- backup FILE [--data DIR]

Writes what a running platform has into one file: its database as of one instant, its buckets and its secrets. It goes on working meanwhile.

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  restore: `usage: npm run local -- restore FILE --data DIR

Makes the platform of a backup in a new data directory; npm start -- --data DIR runs it. Messages and executions that were under way are
not in a backup: the platform's sweeps find what is unfinished.

  --data DIR  a directory that holds no platform yet`,
};

const HELP = `usage: npm run local -- ${Object.keys(COMMANDS).join(' | ')} [--data DIR] [--json]

Talks to the platform that runs on this machine.

  status                          what it is doing
  fire SCHEDULE                   fires one schedule now
  advance DATE                    moves its time ahead, and fires what falls due on the way
  token operator|TENANT [ROLE]    prints an access token
  mail [ID]                       lists the mails that it has sent, or shows one
  env                             prints what an AWS client needs, as shell commands
  backup FILE                     writes what it has into a file
  restore FILE --data DIR         makes the platform of such a file in a new directory
${OPTIONS}

npm run local -- COMMAND --help says more of one.`;

function parseCommand([name, argument, ...more]: readonly string[]): Command {
  if (more.length === 0 && name === 'status' && argument === undefined) return { command: 'status' };
  if (more.length === 0 && name === 'fire' && argument !== undefined)
    return { command: 'fire', schedule: argument };
  if (more.length === 0 && name === 'advance' && argument !== undefined)
    return { command: 'advance', until: parseDate(argument) };
  throw new StartError(refusal(name));
}

function refusal(name: string | undefined): string {
  if (name === undefined) return usageOf(HELP);
  const help = COMMANDS[name];
  if (help !== undefined) return usageOf(help);
  const meant = closest(name, Object.keys(COMMANDS));
  return `there is no command ${name}: ${meant === undefined ? usageOf(HELP) : `did you mean ${meant}?`}`;
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
  const named = process.argv.slice(2).find((argument) => Object.hasOwn(COMMANDS, argument)) ?? '';
  const { values, positionals } = readArguments(COMMANDS[named] ?? HELP, {
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
  if (name === 'mail' && words.length <= 1) {
    console.log(words[0] === undefined ? listMails(values.data) : showMail(values.data, words[0]));
    return;
  }
  if (name === 'env' && words.length === 0) {
    console.log(shellEnvironment(readPlatformFile(values.data)));
    return;
  }
  const [file] = words;
  if (file !== undefined && words.length === 1 && (name === 'backup' || name === 'restore')) {
    console.log(await (name === 'backup' ? backUpTo(file, values.data) : restoreFrom(file, values.data)));
    return;
  }
  await control(parseCommand(positionals), values);
}

async function backUpTo(file: string, dataDir: string): Promise<string> {
  const { backUp } = await import('./backup/backup.ts');
  const { takenAt, database } = await backUp(dataDir, file);
  return `${file} holds the platform of ${takenAt}, with ${database.tables.length} tables`;
}

async function restoreFrom(file: string, dataDir: string): Promise<string> {
  writeForOwnerOnly();
  const { restore } = await import('./backup/restore.ts');
  const { takenAt } = await restore(file, dataDir, {
    fsync: process.env.VESTRY_LOCAL_FSYNC !== 'off',
    warn: (line) => console.error(line),
  });
  return `${dataDir} holds the platform of ${takenAt}: npm start -- --data ${dataDir}`;
}

/** Has the platform's own process carry out a command, and prints its output as it arrives. */
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

await exitOnStartError(main);
