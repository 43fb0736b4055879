import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import { decodeCursor, encodeCursor } from '#platform/db/cursor.ts';
import type { Sealer } from '#platform/sealing.ts';
import type { Position } from './holdings-report.ts';
import type { getHoldingsReport } from './reports.routes.ts';

type Query = z.infer<(typeof getHoldingsReport)['query']>;

/**
 * The cursor carries the totals of the report to its later pages, which state them without summing again. So it is signed: a total
 * that somebody else wrote would be answered as ours.
 */
export function signedCursor(
  sealer: Sealer,
  tenantId: TenantId,
  { view, after, holders, totalHoldings }: Position,
): string {
  const { asOf, knownAt, securityClass = '' } = view;
  const text = encodeCursor([asOf, knownAt, securityClass, after, String(holders), totalHoldings]);
  return `${text}.${sealer.sign(text, placeOf(tenantId))}`;
}

/**
 * Parameters may be repeated beside a cursor, but not changed: the pages would be of different reports.
 * @throws DomainError `validation-failed`
 */
export function openCursor(sealer: Sealer, tenantId: TenantId, cursor: string, query: Query): Position {
  const dot = cursor.indexOf('.');
  const text = cursor.slice(0, Math.max(0, dot));
  if (!sealer.isSigned(cursor.slice(dot + 1), text, placeOf(tenantId)))
    throw invalidField('?cursor', 'invalid-cursor', 'is not a cursor of this list; start without one');
  const [asOf, knownAt, securityClass, after, holders, totalHoldings] = decodeCursor(text, [
    'date',
    'instant',
    'text',
    'text',
    'integer',
    'decimal',
  ]);
  const carried = { as_of: asOf, known_at: knownAt, security_class: securityClass };
  for (const [name, value] of Object.entries(carried)) {
    const sent = query[name as keyof typeof carried];
    if (sent !== undefined && withMicroseconds(sent) !== value)
      throw invalidField(`?${name}`, 'other-report', 'is not that of the cursor’s report');
  }
  const view = { asOf, knownAt, securityClass: securityClass === '' ? undefined : securityClass };
  return { view, after, holders: Number(holders), totalHoldings };
}

/** A cursor is worth nothing to another tenant. */
function placeOf(tenantId: TenantId): string {
  return `cursors/holdings/${tenantId}`;
}

/** Returns an instant as the report writes it, and any other text unchanged. */
function withMicroseconds(sent: string): string {
  const [, second, fraction = ''] = /^(.+T.{8})(?:\.(\d+))?Z$/.exec(sent) ?? [];
  return second === undefined ? sent : `${second}.${fraction.padEnd(6, '0')}Z`;
}
