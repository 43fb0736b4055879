import type { Row } from '../api/routes.ts';
import { type Option, optionsOf } from './one-of.tsx';

export type PlanType = Row<'GET /plans'>['plan_type'];
export type Source = Row<'GET /plans/{id}/contributions'>['source'];

export const PLAN_TYPES = optionsOf<PlanType>({ '401K': '401K', ESPP: 'ESPP', RSU: 'RSU', ESOP: 'ESOP' });

export const SOURCES = optionsOf<Source>({
  EMPLOYEE: 'The employee, before tax',
  ROTH: 'The employee, Roth',
  AFTER_TAX: 'The employee, after tax',
  EMPLOYER: 'The employer: it vests',
  SAFE_HARBOR: 'The employer, safe harbour',
  ROLLOVER: 'Another plan, rolled over',
});

/** Returns whose money a plan of a type takes. */
export function sourcesOf(type: PlanType): readonly Option<Source>[] {
  if (type === '401K') return SOURCES;
  return type === 'RSU' ? [] : SOURCES.filter(({ value }) => value === 'EMPLOYEE' || value === 'EMPLOYER');
}
