import type { z } from 'zod';
import { addDays } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { toMinor } from '#kernel/money.ts';
import { refuseSource } from '#plans/contributions/contribution-sources.ts';
import { asRead, found, outdated } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  countVersion,
  findDocument,
  insertDocument,
  insertVersion,
  type NewVersion,
  type PlanDocumentRow,
  type VersionRow,
} from './plan-document.repository.ts';
import type {
  DocumentTerms,
  NewPlanDocument,
  PlanDocument,
  PlanDocumentChange,
} from './plan-documents.routes.ts';
import { versionOn } from './terms-in-force.ts';

/** Further ahead, a year was mistyped. */
const MAX_DAYS_AHEAD = 366;
/** More than anybody amends. */
const MAX_VERSIONS = 100;
/** The longest service that a 401(k) may ask for (IRC 401(k)(2)(D)). */
const MAX_SERVICE_OF_401K = 12;

/** @throws DomainError `validation-failed`, and `conflict` where another document has the name */
export async function createDocument(
  tx: TenantTx,
  { name, plan_type, currency, effective_from, ...terms }: NewPlanDocument,
  today: string,
): Promise<PlanDocumentRow> {
  const version = { ...terms, effective_from: effective_from ?? today };
  refuseAhead(version.effective_from, today);
  refuseTerms(version, { plan_type, currency });
  const id = await insertDocument(tx, { name, plan_type, currency });
  if (id === undefined)
    throw new DomainError(
      'conflict',
      `There is a plan document of the name ${name}. Change that one, or take another name.`,
    );
  await insertVersion(tx, id, 1, version);
  return found(await findDocument(tx, id));
}

/**
 * Adds a version to a document that is still the one that the caller read.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed`, `conflict`
 */
export async function changeDocument(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
  { effective_from: from, ...change }: PlanDocumentChange,
  today: string,
): Promise<PlanDocumentRow> {
  const document = asRead(await findDocument(tx, id), expectedVersion);
  const newest = found(document.versions.at(-1));
  if (document.versions.length >= MAX_VERSIONS)
    throw new DomainError(
      'conflict',
      `A plan document has at most ${MAX_VERSIONS} versions. Write another one.`,
    );
  const earliest = newest.effective_from > today ? newest.effective_from : today;
  const effective_from = from ?? earliest;
  if (effective_from < earliest)
    throw invalidField('/effective_from', 'out-of-range', `must not be before ${earliest}`);
  refuseAhead(effective_from, today);
  const version = { ...termsOf(newest), ...given(change), effective_from };
  refuseTerms(version, document);
  if (!(await countVersion(tx, id, document.version))) throw outdated();
  await insertVersion(tx, id, document.version + 1, version);
  return found(await findDocument(tx, id));
}

function given(change: Omit<PlanDocumentChange, 'effective_from'>): Partial<NewVersion> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function termsOf(row: VersionRow): NewVersion {
  const { effective_from, sources, min_age, service_months, entry_dates } = row;
  const { vesting_schedule, match } = row as unknown as Pick<NewVersion, 'vesting_schedule' | 'match'>;
  return { effective_from, sources, vesting_schedule, match, min_age, service_months, entry_dates };
}

function refuseAhead(effectiveFrom: string, today: string): void {
  const latest = addDays(today, MAX_DAYS_AHEAD);
  if (effectiveFrom > latest)
    throw invalidField('/effective_from', 'in-future', `must not be after ${latest}`);
}

/** @throws DomainError `validation-failed` for terms that no plan of the type can have */
function refuseTerms(
  { sources, service_months, vesting_schedule, match }: NewVersion,
  { plan_type, currency }: Pick<PlanDocumentRow, 'plan_type' | 'currency'>,
): void {
  for (const [index, source] of sources.entries()) {
    const unfit = refuseSource(source as never, plan_type);
    if (unfit !== undefined) throw invalidField(`/sources/${index}`, 'not-of-plan', unfit);
  }
  if (plan_type === '401K' && service_months > MAX_SERVICE_OF_401K)
    throw invalidField(
      '/service_months',
      'out-of-range',
      `must be at most ${MAX_SERVICE_OF_401K} for a 401K`,
    );
  if (
    plan_type !== 'RSU' &&
    plan_type !== 'ESOP' &&
    vesting_schedule !== null &&
    'condition' in vesting_schedule
  )
    throw invalidField('/vesting_schedule', 'not-of-plan', 'may have a condition only for grants');
  if (match === null) return;
  const { source, annual_cap } = match as { source: string; annual_cap?: string };
  if (plan_type !== '401K') throw invalidField('/match', 'not-of-plan', 'is only for a 401K');
  if (annual_cap !== undefined) toMinor(annual_cap, currency, '/match/annual_cap');
  if (!sources.includes(source))
    throw invalidField('/match/source', 'not-of-plan', 'must be among the sources of the document');
  if (!sources.includes('EMPLOYEE') && !sources.includes('ROTH'))
    throw invalidField(
      '/match',
      'not-of-plan',
      'needs EMPLOYEE or ROTH among the sources: it matches deferrals',
    );
}

export function toPlanDocument(row: PlanDocumentRow, today: string): z.input<typeof PlanDocument> {
  const { id, tenant_id, name, plan_type, currency, version, versions } = row;
  const shown = versions.map(toTerms);
  const inForce = versionOn(versions, today)?.number ?? 1;
  return {
    ...{ id, tenant_id, name, plan_type, currency, version },
    terms: found(shown.find((one) => one.version === inForce)),
    versions: shown,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

function toTerms(row: VersionRow): z.input<typeof DocumentTerms> {
  const { number, created_at } = row;
  const { match, effective_from, ...terms } = termsOf(row);
  const { source, tiers, annual_cap, pay_periods, true_up } = (match ?? {}) as Record<string, unknown>;
  return {
    version: number,
    ...(terms as Omit<z.input<typeof DocumentTerms>, 'version' | 'effective_from' | 'match' | 'created_at'>),
    effective_from,
    match:
      match === null
        ? null
        : ({ source, tiers, annual_cap: annual_cap ?? null, pay_periods, true_up } as z.input<
            typeof DocumentTerms
          >['match']),
    created_at: created_at.toISOString(),
  };
}
