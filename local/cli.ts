import { parseArgs } from 'node:util';
import type { PlatformStatus } from './commands.ts';
import { type Command, sendCommand } from './control.ts';
import { DEFAULT_DATA_DIR } from './data-directory.ts';
import type { Firing } from './events/scheduler.ts';
import { readPlatformFile } from './platform-file.ts';
import { StartError } from './start-error.ts';
import { exitOnStartError } from './terminal.ts';

const USAGE = 'usage: npm run local -- status | fire SCHEDULE | advance DATE [--data DIR] [--json]';

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

function table(title: string, rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, String(cell).length)),
    [],
  );
  const lines = rows.map((row) =>
    `  ${row.map((cell, index) => String(cell).padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd(),
  );
  return [title, ...(lines.length === 0 ? ['  none'] : lines)].join('\n');
}

function renderStatus({ time, schedules, queues, functions, uploads, executions }: PlatformStatus): string {
  const active = functions.filter(({ invocations }) => invocations > 0);
  return [
    `time on the platform's clock: ${time}`,
    table(
      'schedules',
      schedules.map((item) => [
        item.name,
        item.expression,
        `next ${item.nextDue ?? 'never'}`,
        item.lastFired === undefined ? 'not fired yet' : `last ${item.lastFired} ${item.lastResult ?? ''}`,
      ]),
    ),
    table(
      'queues',
      queues.map((item) => [
        item.name,
        `${item.visible} visible`,
        `${item.inFlight} in flight`,
        `${item.delayed} delayed`,
      ]),
    ),
    table(
      'uploads',
      uploads.map((item) => [
        item.id,
        item.tenant,
        item.filename,
        item.state,
        `${item.accepted} of ${item.rows} rows accepted`,
      ]),
    ),
    table(
      `executions: ${countsOf(executions)}`,
      executions.latest.map((item) => [
        item.name,
        item.stateMachine,
        item.status,
        `started ${item.started}`,
        item.stopped === undefined ? `in ${item.state ?? 'no state'}` : `stopped ${item.stopped}`,
      ]),
    ),
    table(
      'functions that ran',
      active.map((item) => [
        item.name,
        `${item.invocations} invocations`,
        `${item.errors} errors`,
        `${item.environments} environments`,
      ]),
    ),
  ].join('\n\n');
}

function countsOf({ counts }: PlatformStatus['executions']): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([status, count]) => `${count} ${status}`).join(', ') || 'none';
}

function renderFiring({ schedule, time, ok, error }: Firing): string {
  return `${time}  ${schedule}  ${ok ? 'ok' : `failed: ${error ?? ''}`}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string', default: DEFAULT_DATA_DIR },
      json: { type: 'boolean', default: false },
    },
  });
  const command = parseCommand(positionals);
  const { controlSocket } = readPlatformFile(values.data);
  for await (const line of sendCommand(controlSocket, command)) {
    if (values.json) console.log(JSON.stringify(line));
    else if (command.command === 'status') console.log(renderStatus(line as PlatformStatus));
    else {
      const firing = line as Firing;
      console.log(renderFiring(firing));
      if (!firing.ok) process.exitCode = 1;
    }
  }
}

await exitOnStartError(main, USAGE);
