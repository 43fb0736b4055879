import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { PlanStatementQuery } from '#reporting/reports/plan-statement.repository.ts';
import { planStatement } from '#reporting/reports/plan-statement.ts';
import { issuerName } from '#reporting/reports/statement.repository.ts';
import { MAX_PDF_LINES } from './exports.routes.ts';
import { refuseTooLong, type StatementDocument } from './statement-document.ts';

/**
 * Reads the statement of a plan in one snapshot.
 * @throws DomainError `not-found`; `validation-failed` when it has too many lines for a document
 */
export async function readPlanStatementDocument(
  read: TenantRead,
  query: PlanStatementQuery,
): Promise<StatementDocument> {
  const { from, to, employee_id, plan_type, currency, balance, vested } = await planStatement.head(
    read,
    query,
    true,
  );
  const rows = await planStatement.rows(read, query, { after: undefined, limit: MAX_PDF_LINES + 1 });
  refuseTooLong(rows);
  return {
    ...{ issuer: await issuerName(read), from, to, of: 'Of' },
    holder: { name: plan_type, external_ref: employee_id },
    positions: [
      ...(balance === null ? [] : [{ of: `Balance, ${currency}`, ...balance }]),
      ...(vested === null
        ? []
        : [{ of: `Vested, ${vested.unit}`, opening: vested.opening, closing: vested.closing }]),
    ],
    lines: rows
      .map((row) => planStatement.toItem(row, query))
      .map(({ source, ...line }) => ({
        ...line,
        of: source,
        currency: line.amount === null ? null : currency,
      })),
  };
}
