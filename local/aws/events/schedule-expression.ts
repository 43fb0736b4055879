import { Cron } from 'croner';
import { StartError } from '#aws/start-error.ts';

export interface Schedule {
  /** `rate` that repeats within a day: a sweep, of which one run does the work of many. */
  readonly isSweep: boolean;
  /** The first time after `from` at which it is due. */
  next(from: Date): Date | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const DAY_MS = 86_400_000;

/**
 * `rate(5 minutes)` or `cron(minutes hours day-of-month month day-of-week year)`, UTC. A rate is due at whole multiples
 * since 1970, so that its times don't depend on when the platform was started. Throws `StartError` on anything else.
 */
export function parseSchedule(expression: string, where: string): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate !== null) return rateSchedule(Number(rate[1]) * (UNIT_MS[rate[2] ?? ''] ?? 0), expression, where);
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) throw new StartError(`${where}: the schedule ${expression} is not implemented`);
  return cronSchedule(fields, expression, where);
}

function rateSchedule(periodMs: number, expression: string, where: string): Schedule {
  if (periodMs <= 0) throw new StartError(`${where}: the schedule ${expression} never comes`);
  return {
    isSweep: periodMs < DAY_MS,
    next: (from) => new Date((Math.floor(from.getTime() / periodMs) + 1) * periodMs),
  };
}

function cronSchedule(fields: readonly string[], expression: string, where: string): Schedule {
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new StartError(`${where}: ${expression}: exactly one of day of month and day of week must be ?`);
  // `5L` (the last Thursday) is written `5#L` there; the fields otherwise agree in Quartz mode, where 1 is Sunday.
  const weekday = dayOfWeek.replace(/^(\w+)L$/, '$1#L');
  const pattern = ['0', minute, hour, dayOfMonth, month, weekday, year].map((field) =>
    field === '?' ? '*' : field,
  );
  try {
    const cron = new Cron(pattern.join(' '), {
      timezone: 'UTC',
      alternativeWeekdays: true,
      sloppyRanges: true,
      paused: true,
    });
    return { isSweep: false, next: (from) => cron.nextRun(from) ?? undefined };
  } catch (error) {
    throw new StartError(
      `${where}: the schedule ${expression} is not implemented (${(error as Error).message})`,
    );
  }
}
