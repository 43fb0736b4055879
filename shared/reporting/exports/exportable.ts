import * as z from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { id } from '#kernel/fields.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import { validate } from '#kernel/validate.ts';
import { type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import type { Position } from '#reporting/reports/holdings-report.ts';
import type { Columns, Report, ReportItem } from '#reporting/reports/report.ts';
import type { REPORT_NAMES } from './exports.routes.ts';
import type { StatementDocument } from './statement-document.ts';

type Parameters = Readonly<Record<string, string>>;

/** A report with its parameters, ready to be written. */
export interface OpenedReport {
  readonly columns: Columns;
  /** Settled: given again, they open the same report. */
  readonly parameters: Parameters;
  /** @throws DomainError `not-found` when there is nothing to report on */
  check(read: TenantRead): Promise<void>;
  parts(tenantId: TenantId): AsyncIterable<readonly ReportItem[]>;
  /**
   * Reads what its PDF shows; absent where there is none.
   * @throws DomainError `not-found`; `validation-failed` when it is too long
   */
  readonly document?: (read: TenantRead) => Promise<StatementDocument>;
}

export interface Exportable {
  /** The report's own operation. */
  readonly operationId: string;
  readonly tenants: readonly TenantType[];
  /** Those who may read the report, and so its file. */
  readonly roles: readonly Role[];
  /** @throws DomainError `validation-failed` */
  open(parameters: Parameters, today: string): OpenedReport;
}

/** The parameters that a file has no use for. */
const PAGES = { cursor: true, limit: true } as const;
/** Rows that are read at once; each part is a snapshot of its own. */
const ROWS_AT_ONCE = 5_000;

function exportable<Sent, Query, Row, Head extends object, Item extends ReportItem>(
  report: Report<Sent, Query, Row, Head, Item>,
  schema: z.ZodType<Sent>,
  { operationId, tenants, roles }: Omit<Exportable, 'open'>,
  document?: (read: TenantRead, query: Query) => Promise<StatementDocument>,
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
      ...(document && { document: (read: TenantRead) => document(read, query) }),
    };
  };
  return { operationId, tenants, roles, open };
}

async function holdings(): Promise<Exportable> {
  const { getHoldingsReport } = await import('#reporting/reports/reports.routes.ts');
  const { HOLDINGS_COLUMNS, nextOf, readHoldings, toPosition } = await import(
    '#reporting/reports/holdings-report.ts'
  );
  const open: Exportable['open'] = (parameters) => {
    const query = validate(getHoldingsReport.query.omit(PAGES), parameters, '/parameters');
    return {
      columns: HOLDINGS_COLUMNS,
      parameters: present(query),
      check: async () => undefined,
      parts: async function* (tenantId) {
        for (let from: Position | undefined, done = false; !done; ) {
          const page = { limit: ROWS_AT_ONCE, from, byClass: true };
          const part = await tenantRead(tenantId, (read) => readHoldings(read, query, page));
          yield part.positions.map((row) => toPosition(part, row));
          from = nextOf(part);
          done = from === undefined;
        }
      },
    };
  };
  const { operationId, tenants, roles } = getHoldingsReport;
  return { operationId, tenants, roles, open };
}

/** The whole trail, or a span of it. */
async function audit(): Promise<Exportable> {
  const { listAudit } = await import('#audit/audit.routes.ts');
  const { readEntriesInOrder, TRAIL_COLUMNS } = await import('#audit/trail/trail-in-order.ts');
  const { operationId, query, roles } = listAudit;
  const schema = query.pick({ from: true, to: true });
  const open: Exportable['open'] = (parameters) => {
    const span = validate(schema, parameters, '/parameters');
    return {
      columns: TRAIL_COLUMNS,
      parameters: present(span),
      check: async () => undefined,
      parts: async function* (tenantId) {
        for (let after: string | undefined, done = false; !done; ) {
          const part = { ...span, after, limit: ROWS_AT_ONCE };
          const entries = await tenantRead(tenantId, (read) => readEntriesInOrder(read, part));
          yield entries;
          after = entries.at(-1)?.id;
          done = entries.length < ROWS_AT_ONCE;
        }
      },
    };
  };
  return { operationId, tenants: ['ISSUER', 'SPONSOR'], roles, open };
}

type ReportName = (typeof REPORT_NAMES)[number];

/** Each is loaded by the order that names it: together they are more than an API function may start from. */
const LOADERS: Readonly<Record<ReportName, () => Promise<Exportable>>> = {
  audit,
  holdings,
  transactions: async () => {
    const { getTransactionsReport: route } = await import('#reporting/reports/ledger-reports.routes.ts');
    const { transactionsReport } = await import('#reporting/reports/transactions-report.ts');
    return exportable(transactionsReport, route.query.omit(PAGES), route);
  },
  dividend: async () => {
    const { getDividendReport: route } = await import('#reporting/reports/ledger-reports.routes.ts');
    const { dividendReport } = await import('#reporting/reports/dividend-report.ts');
    return exportable(dividendReport, z.strictObject({ id }), route);
  },
  vesting: async () => {
    const { getVestingReport: route } = await import('#reporting/reports/ledger-reports.routes.ts');
    const { vestingReport } = await import('#reporting/reports/vesting-report.ts');
    return exportable(vestingReport, route.query.omit(PAGES), route);
  },
  contributions: async () => {
    const { getContributionsReport: route } = await import('#reporting/reports/ledger-reports.routes.ts');
    const { contributionsReport } = await import('#reporting/reports/contributions-report.ts');
    return exportable(contributionsReport, route.query.omit(PAGES), route);
  },
  '1099-div': async () => {
    const { get1099DivReport: route } = await import('#reporting/reports/ledger-reports.routes.ts');
    const { form1099Div } = await import('#reporting/reports/form-1099-div.ts');
    return exportable(form1099Div, route.query.omit(PAGES), route);
  },
  '1042-s': async () => {
    const { get1042SReport: route } = await import('#reporting/reports/form-1042-s.routes.ts');
    const { form1042S } = await import('#reporting/reports/form-1042-s.ts');
    return exportable(form1042S, route.query.omit(PAGES), route);
  },
  access: async () => {
    const { getAccessReport: route } = await import('#reporting/reports/access-report.routes.ts');
    const { accessReport } = await import('#reporting/reports/access-report.ts');
    return exportable(accessReport, route.query.omit(PAGES), route);
  },
  statement: async () => {
    const { getShareholderStatement: route } = await import('#reporting/reports/ownership.routes.ts');
    const { statement } = await import('#reporting/reports/statement.ts');
    const { readStatementDocument } = await import('./statement-document.ts');
    return exportable(statement, route.query.omit(PAGES).extend({ id }), route, readStatementDocument);
  },
  'plan-statement': async () => {
    const { getPlanStatement: route } = await import('#reporting/reports/plan-statement.routes.ts');
    const { planStatement } = await import('#reporting/reports/plan-statement.ts');
    const { readPlanStatementDocument } = await import('./plan-statement-document.ts');
    return exportable(
      planStatement,
      route.query.omit(PAGES).extend({ id }),
      route,
      readPlanStatementDocument,
    );
  },
};

export function loadExportable(report: ReportName): Promise<Exportable> {
  return LOADERS[report]();
}

function present(parameters: Readonly<Record<string, string | undefined>>): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Translates a report's errors about its query string into errors about the body's `parameters`. */
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
