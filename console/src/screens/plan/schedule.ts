import type { Answer, Sent } from '../../api/routes.ts';

export type Plan = Answer<'GET /plans/{id}'>;
/** A schedule as the API takes it. */
export type Schedule = Exclude<Sent<'POST /vesting/calculate'>['body'], FormData>['schedule'];

/** A schedule as it is written in a form. Whether it is one, the API says. */
export interface Written {
  readonly type: 'none' | Schedule['type'];
  readonly total: string;
  readonly cliff: string;
  readonly every: string;
  /** The fraction that vests with the cliff; empty for what has accrued. */
  readonly portion: string;
  /** The day of the month on which parts vest; empty for that of the start. */
  readonly dayOfMonth: string;
  /** A tranche a line: after how many months, and how much. */
  readonly tranches: string;
  readonly event: string;
}

const EMPTY: Written = {
  ...{ type: 'graded', total: '48', cliff: '12', every: '', portion: '' },
  ...{ tranches: '12 100', dayOfMonth: '', event: '' },
};

/**
 * Begins with the schedule that there is.
 * @param hasNone whether there may be none
 */
export function writtenOf(schedule: Plan['vesting_schedule'], hasNone: boolean): Written {
  if (schedule === null) return hasNone ? { ...EMPTY, type: 'none' } : EMPTY;
  const common = {
    ...{ ...EMPTY, type: schedule.type, event: schedule.condition?.event ?? '' },
    dayOfMonth: textOf(schedule.day_of_month),
  };
  if (schedule.type === 'cliff') return { ...common, cliff: String(schedule.cliff_months) };
  if (schedule.type === 'tranches') {
    const lines = schedule.tranches.map((one) => `${one.after_months} ${one.fraction ?? one.percent}`);
    return { ...common, tranches: lines.join('\n') };
  }
  const { total_months, cliff_months, every_months, cliff_portion = '' } = schedule;
  return {
    ...common,
    total: String(total_months),
    cliff: textOf(cliff_months),
    every: textOf(every_months),
    portion: cliff_portion,
  };
}

const textOf = (number: number | undefined): string => (number === undefined ? '' : String(number));

/** Returns the schedule for the API; undefined where none is written. */
export function scheduleOf(written: Written): Schedule | undefined {
  const { type, total, cliff, every, portion, tranches, dayOfMonth, event } = written;
  const common = {
    ...(dayOfMonth === '' ? {} : { day_of_month: Number(dayOfMonth) }),
    ...(event === ''
      ? {}
      : { condition: { type: 'event' as const, event: event.toUpperCase().replaceAll(' ', '_') } }),
  };
  if (type === 'none') return undefined;
  if (type === 'cliff') return { type, cliff_months: Number(cliff), ...common };
  if (type === 'tranches') return { type, tranches: linesOf(tranches).map(trancheOf), ...common };
  return {
    type,
    total_months: Number(total),
    ...(cliff === '' ? {} : { cliff_months: Number(cliff) }),
    ...(every === '' ? {} : { every_months: Number(every) }),
    ...(portion === '' ? {} : { cliff_portion: portion }),
    ...common,
  };
}

/** The lines of a text that say something. */
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** The words and numbers of a line, whatever stands between them. */
export const partsOf = (line: string): string[] => line.trim().split(/[\s:,;%]+/);

function trancheOf(line: string) {
  const [months = '', part = ''] = partsOf(line);
  const after_months = Number(months);
  return part.includes('/') ? { after_months, fraction: part } : { after_months, percent: part };
}
