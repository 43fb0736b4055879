import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { getShareholderStatement } from '#reporting/reports/ownership.routes.ts';
import {
  issuerName,
  type StatementHolder,
  type StatementQuery,
} from '#reporting/reports/statement.repository.ts';
import { statement } from '#reporting/reports/statement.ts';
import { MAX_PDF_LINES } from './exports.routes.ts';

type Answer = z.input<(typeof getShareholderStatement)['response']>;

/** A statement that is read as a whole: of a holder, or of a plan. */
export interface StatementDocument {
  readonly issuer: string;
  readonly holder: Omit<StatementHolder, 'shareholder_id'>;
  readonly from: string;
  readonly to: string;
  /** The title of the column that says what a position or a line is of. */
  readonly of: 'Class' | 'Of';
  readonly positions: readonly { readonly of: string; readonly opening: string; readonly closing: string }[];
  readonly lines: readonly StatementDocumentLine[];
}

export interface StatementDocumentLine
  extends Pick<
    Answer['data'][number],
    'day' | 'quantity' | 'balance' | 'amount' | 'currency' | 'reference' | 'note'
  > {
  readonly kind: string;
  readonly of: string | null;
}

/**
 * Reads a statement in one snapshot.
 * @throws DomainError `not-found`; `validation-failed` when it has too many lines for a document
 */
export async function readStatementDocument(
  read: TenantRead,
  query: StatementQuery,
): Promise<StatementDocument> {
  const { name, external_ref, from, to, positions } = await statement.head(read, query, true);
  const rows = await statement.rows(read, query, { after: undefined, limit: MAX_PDF_LINES + 1 });
  refuseTooLong(rows);
  return {
    ...{ issuer: await issuerName(read), holder: { name, external_ref }, from, to, of: 'Class' },
    positions: (positions ?? []).map(({ security_class: of, ...ends }) => ({ of, ...ends })),
    lines: rows
      .map((row) => statement.toItem(row, query))
      .map(({ security_class: of, ...line }) => ({ of, ...line })),
  };
}

/** @throws DomainError `validation-failed` */
export function refuseTooLong(lines: readonly unknown[]): void {
  if (lines.length > MAX_PDF_LINES)
    throw invalidField(
      '/format',
      'too-many-lines',
      `must be csv or ndjson for a statement of more than ${MAX_PDF_LINES} lines, or the days fewer`,
    );
}
