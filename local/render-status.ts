import type { PlatformStatus } from './commands.ts';

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

/** Renders the output of `npm run local -- status` for people. */
export function renderStatus({
  time,
  schedules,
  queues,
  functions,
  uploads,
  executions,
  sessions,
}: PlatformStatus): string {
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
      `sessions with the database: ${sessions.sessions}, of which RDS Proxy would have pinned ${sessions.pinned}`,
      Object.entries(sessions.pins)
        .filter(([, count]) => count > 0)
        .map(([reason, count]) => [reason, count]),
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
