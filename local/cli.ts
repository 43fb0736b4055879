import type { Firing } from 'template-runner';
import { StartError } from 'template-runner/start-error';
import { closest } from '#lib/closest.ts';
import { HELP, HELP_OF_COMMANDS } from './command-help.ts';
import type { Advanced, BankSilence, Fired, PlatformStatus } from './commands.ts';
import { type Command, sendCommand } from './control.ts';
import { DEFAULT_DATA_DIR, writeForOwnerOnly } from './data-directory.ts';
import type { DeadLetter, Redriven } from './dead-letters.ts';
import { listMails, showMail } from './mails.ts';
import type { FileAtBank } from './odfi/originating-bank.ts';
import { parseDate } from './parse-date.ts';
import { readPlatformFile } from './platform-file.ts';
import {
  advanceRenderer,
  renderBank,
  renderDeadLetter,
  renderFired,
  renderRedriven,
} from './render-commands.ts';
import { renderStatus } from './render-status.ts';
import { accessToken, shellEnvironment } from './sign-in.ts';
import { exitOnStartError, readArguments, usageOf } from './terminal.ts';

function parseCommand([name, argument, ...more]: readonly string[]): Command {
  if (more.length === 0 && name === 'status' && argument === undefined) return { command: 'status' };
  if (more.length === 0 && name === 'fire' && argument !== undefined)
    return { command: 'fire', schedule: argument };
  if (more.length === 0 && name === 'advance' && argument !== undefined)
    return { command: 'advance', until: parseDate(argument) };
  if (more.length === 0 && name === 'dead-letters')
    return { command: 'dead-letters', ...(argument === undefined ? {} : { queue: argument }) };
  if (more.length === 0 && name === 'redrive' && argument !== undefined)
    return { command: 'redrive', queue: argument };
  if (name === 'bank') return bankCommand(argument, more);
  throw new StartError(refusal(name));
}

function bankCommand(argument: string | undefined, [wanted, ...more]: readonly string[]): Command {
  if (argument === undefined) return { command: 'bank' };
  if (argument === 'silent' && more.length === 0 && (wanted === 'on' || wanted === 'off'))
    return { command: 'bank', silent: wanted === 'on' };
  throw new StartError(refusal('bank'));
}

function refusal(name: string | undefined): string {
  if (name === undefined) return usageOf(HELP);
  const help = HELP_OF_COMMANDS[name];
  if (help !== undefined) return usageOf(help);
  const meant = closest(name, Object.keys(HELP_OF_COMMANDS));
  return `there is no command ${name}: ${meant === undefined ? usageOf(HELP) : `did you mean ${meant}?`}`;
}

async function main(): Promise<void> {
  const named = process.argv.slice(2).find((argument) => Object.hasOwn(HELP_OF_COMMANDS, argument)) ?? '';
  const { values, positionals } = readArguments(HELP_OF_COMMANDS[named] ?? HELP, {
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
  const render = rendererOf(command);
  for await (const line of sendCommand(controlSocket, command)) {
    if (isFailure(line)) process.exitCode = 1;
    const text = json ? JSON.stringify(line) : render(line);
    if (text !== undefined) console.log(text);
  }
}

/** A firing that failed, or the end of an advance on which one did. */
function isFailure(line: unknown): boolean {
  const { ok, failed } = line as Partial<Firing & Advanced>;
  return ok === false || (failed !== undefined && failed > 0);
}

/** Returns how a line of a command's output is shown to people; nothing for one that isn't. */
function rendererOf({ command }: Command): (line: unknown) => string | undefined {
  switch (command) {
    case 'status':
      return (line) => renderStatus(line as PlatformStatus);
    case 'fire':
      return (line) => renderFired(line as Fired);
    case 'dead-letters':
      return (line) => renderDeadLetter(line as DeadLetter);
    case 'bank':
      return (line) => renderBank(line as BankSilence | FileAtBank);
    case 'redrive':
      return (line) => renderRedriven(line as Redriven);
    default:
      return advanceRenderer();
  }
}

await exitOnStartError(main);
