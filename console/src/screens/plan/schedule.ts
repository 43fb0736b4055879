import type { Answer, Sent } from '../../api/routes.ts';

export type Plan = Answer<'GET /plans/{id}'>;
/** A schedule as the API takes it. */
export type Schedule = Exclude<Sent<'POST /vesting/calculate'>['body'], FormData>['schedule'];

/** A schedule as it is written in a form. Whether it is one, the API says. */
export interface Written {
  readonly type: 'document' | Schedule['type'];
  readonly total: string;
  readonly cliff: string;
  readonly every: string;
  /** A tranche a line: after how many months, and how much. */
  readonly tranches: string;
  readonly event: string;
}

const EMPTY: Written = { type: 'graded', total: '48', cliff: '12', every: '', tranches: '12 100', event: '' };

/** Begins with the schedule that the plan has. */
export function writtenOf({ vesting_schedule: schedule, plan_document_id }: Plan): Written {
  if (schedule === null) return plan_document_id === null ? EMPTY : { ...EMPTY, type: 'document' };
  const common = { ...EMPTY, type: schedule.type, event: schedule.condition?.event ?? '' };
  if (schedule.type === 'cliff') return { ...common, cliff: String(schedule.cliff_months) };
  if (schedule.type === 'tranches') {
    const lines = schedule.tranches.map((one) => `${one.after_months} ${one.fraction ?? one.percent}`);
    return { ...common, tranches: lines.join('\n') };
  }
  const { total_months, cliff_months = 0, every_months } = schedule;
  return {
    ...common,
    total: String(total_months),
    cliff: String(cliff_months),
    every: every_months === undefined ? '' : String(every_months),
  };
}

/** Returns the schedule for the API; none where the plan document says it. */
export function scheduleOf({ type, total, cliff, every, tranches, event }: Written): Schedule | undefined {
  const condition =
    event === ''
      ? {}
      : { condition: { type: 'event' as const, event: event.toUpperCase().replaceAll(' ', '_') } };
  if (type === 'document') return undefined;
  if (type === 'cliff') return { type, cliff_months: Number(cliff), ...condition };
  if (type === 'tranches') {
    const lines = tranches.split('\n').filter((line) => line.trim() !== '');
    return { type, tranches: lines.map(trancheOf), ...condition };
  }
  return {
    type,
    total_months: Number(total),
    ...(cliff === '' ? {} : { cliff_months: Number(cliff) }),
    ...(every === '' ? {} : { every_months: Number(every) }),
    ...condition,
  };
}

function trancheOf(line: string) {
  const [months = '', part = ''] = line.trim().split(/[\s:,;]+/);
  const after_months = Number(months);
  return part.includes('/')
    ? { after_months, fraction: part }
    : { after_months, percent: part.replace('%', '') };
}
