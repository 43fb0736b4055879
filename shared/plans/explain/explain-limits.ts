import type { z } from 'zod';
import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { fromMinor } from '#kernel/money.ts';
import { listLimits } from '#plans/contributions/contribution-limits.repository.ts';
import { ageReached, appliesAt, limitsOf, type YearSums } from '#plans/contributions/contribution-limits.ts';
import { countedInYear, refuseSource } from '#plans/contributions/contribution-sources.ts';
import { roomLeft } from '#plans/contributions/room-left.ts';
import { findParticipant } from '#plans/participants/participant.repository.ts';
import type { PlanRow } from '#plans/plan.repository.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { explainPlan } from './explain.routes.ts';
import { sumOfYear } from './sum-of-year.repository.ts';

type Limits = z.input<(typeof explainPlan)['response']>['limits'];

/** The limits of a year, as `roomLeft` finds them for each source that the plan takes. */
export async function explainLimits(read: TenantRead, plan: PlanRow, year: number): Promise<Limits> {
  const { currency, plan_type } = plan;
  const money = (minor: bigint) => fromMinor(minor, currency);
  const participant = await findParticipant(read, plan.employee_id);
  const born = participant?.date_of_birth ?? null;
  const age = born === null ? undefined : ageReached(born, year);
  const wages = (participant?.wages as Record<string, string> | undefined)?.[String(year - 1)];
  const person = { age, wages: wages === undefined ? undefined : BigInt(wages) };
  const known = (await listLimits(read, plan_type)).map((row) => ({
    ...{ planType: row.plan_type, currency: row.currency, kind: row.kind, year: row.year },
    ...{ minAge: row.min_age, maxAge: row.max_age, amount: row.amount, law: row.source },
  }));
  const limits = limitsOf(known, { planType: plan_type, currency, year });
  const entries = await sumOfYear(read, plan, year);
  const used = entries.map(({ source, amount }) => countedInYear(source, amount)).reduce(sumOf, NOTHING);
  const sources = CONTRIBUTION_SOURCES.filter((source) => refuseSource(source, plan_type) === undefined);
  return {
    ...{ year, known: limits.length > 0, age_reached: age ?? null },
    wages_of_year_before: person.wages === undefined ? null : fromMinor(person.wages, 'USD'),
    entries: entries.map(({ source, amount }) => ({ source, amount: money(amount) })),
    rules: limits
      .filter((limit) => appliesAt(limit, age))
      .map(({ kind, year: from, amount, law }) => ({ kind, year: from, amount: money(amount), source: law })),
    left: sources.map((source) => {
      const { left, breach } = roomLeft(source, used, limits, person);
      return {
        source,
        amount: left === undefined ? null : money(left),
        reached:
          breach === undefined
            ? null
            : { kind: breach.kind, allowed: money(breach.allowed), used: money(breach.used) },
      };
    }),
  };
}

const NOTHING: YearSums = { employee: 0n, roth: 0n, employer: 0n };

function sumOf(a: YearSums, b: YearSums): YearSums {
  return { employee: a.employee + b.employee, roth: a.roth + b.roth, employer: a.employer + b.employer };
}
