import * as z from 'zod';
import { type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import { id } from '#platform/fields.ts';
import { validate } from '#platform/http/parse.ts';
import type { TenantId } from '#platform/ids.ts';
import { DomainError } from '#platform/problems/domain-error.ts';
import type { TenantType } from '#platform/roles.ts';
import { contributionsReport } from './contributions-report.ts';
import { dividendReport } from './dividend-report.ts';
import type { REPORT_NAMES } from './exports.routes.ts';
import { form1099Div } from './form-1099-div.ts';
import { readHoldings, toHoldingsReport } from './holdings-report.ts';
import * as routes from './ledger-reports.routes.ts';
import type { Columns, Report, ReportItem } from './report.ts';
import { getHoldingsReport } from './reports.routes.ts';
import { transactionsReport } from './transactions-report.ts';
import { vestingReport } from './vesting-report.ts';

type Parameters = Readonly<Record<string, string>>;

/** A report with its parameters, ready to be written. */
export interface OpenedReport {
  readonly columns: Columns;
  /** Settled: given again, they open the same report. */
  readonly parameters: Parameters;
  /** @throws DomainError `not-found` when there is nothing to report on */
  check(read: TenantRead): Promise<void>;
  parts(tenantId: TenantId): AsyncIterable<readonly ReportItem[]>;
}

export interface Exportable {
  readonly tenants: readonly TenantType[];
  /** @throws DomainError `validation-failed` */
  open(parameters: Parameters, today: string): OpenedReport;
}

/** Rows that are read at once; each part is a snapshot of its own. */
const ROWS_AT_ONCE = 5_000;

function exportable<Sent, Query, Row, Head extends object, Item extends ReportItem>(
  report: Report<Sent, Query, Row, Head, Item>,
  schema: z.ZodType<Sent>,
  tenants: readonly TenantType[],
): Exportable {
  const open = (parameters: Parameters, today: string): OpenedReport => {
    const query = settled(() => report.settle(validate(schema, parameters, '/parameters'), today));
    return {
      columns: report.columns,
      parameters: present(report.parameters(query)),
      check: async (read) => void (await report.head(read, query, false)),
      parts: async function* (tenantId) {
        for (let after: readonly string[] | undefined, done = false; !done; ) {
          const part = { after, limit: ROWS_AT_ONCE };
          const rows = await tenantRead(tenantId, (read) => report.rows(read, query, part));
          yield rows.map((row) => report.toItem(row, query));
          const last = rows.at(-1);
          if (last !== undefined) after = report.position(last);
          done = rows.length < ROWS_AT_ONCE;
        }
      },
    };
  };
  return { tenants, open };
}

const holdings: Exportable = {
  tenants: getHoldingsReport.tenants,
  open: (parameters) => {
    const schema = getHoldingsReport.query.omit({ cursor: true, limit: true });
    const query = validate(schema, parameters, '/parameters');
    return {
      columns: { shareholder_id: 'text', external_ref: 'text', name: 'text', holdings: 'number' },
      parameters: present(query),
      check: async () => undefined,
      parts: async function* (tenantId) {
        for (let cursor: string | undefined, done = false; !done; ) {
          const sent = cursor === undefined ? query : { cursor };
          const part = await tenantRead(tenantId, (read) => readHoldings(read, sent, ROWS_AT_ONCE));
          const { data, next_cursor } = toHoldingsReport(part);
          yield data;
          cursor = next_cursor ?? undefined;
          done = cursor === undefined;
        }
      },
    };
  },
};

const pages = { cursor: true, limit: true } as const;

export const EXPORTABLE: Readonly<Record<(typeof REPORT_NAMES)[number], Exportable>> = {
  holdings,
  transactions: exportable(
    transactionsReport,
    routes.getTransactionsReport.query.omit(pages),
    routes.getTransactionsReport.tenants,
  ),
  dividend: exportable(dividendReport, z.strictObject({ id }), routes.getDividendReport.tenants),
  vesting: exportable(
    vestingReport,
    routes.getVestingReport.query.omit(pages),
    routes.getVestingReport.tenants,
  ),
  contributions: exportable(
    contributionsReport,
    routes.getContributionsReport.query.omit(pages),
    routes.getContributionsReport.tenants,
  ),
  '1099-div': exportable(
    form1099Div,
    routes.get1099DivReport.query.omit(pages),
    routes.get1099DivReport.tenants,
  ),
};

function present(parameters: Readonly<Record<string, string | undefined>>): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What a report says of its query string, said of the body's `parameters`. */
function settled<T>(settle: () => T): T {
  try {
    return settle();
  } catch (error) {
    if (!(error instanceof DomainError) || error.errors === undefined) throw error;
    const errors = error.errors.map((one) => ({
      ...one,
      pointer: one.pointer.replace(/^\?/, '/parameters/'),
    }));
    throw new DomainError(error.slug, error.message, { errors, cause: error });
  }
}
