import { createHash } from 'node:crypto';
import { linkTo } from '#contracts/links.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { type CursorPart, decodeCursor, encodeCursor } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { negotiate } from '#platform/http/accept.ts';
import { type Reply, reply } from '#platform/http/reply.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import type { Report, ReportItem } from './report.ts';
import { fittingLines, headerLine, itemLine } from './report-csv.ts';
import { type ReportFormat, rowLimit } from './report-page.ts';

export interface ReportRequest {
  readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
  readonly params?: { readonly id?: string } | undefined;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  tenantRead<T>(work: (read: TenantRead) => Promise<T>): Promise<T>;
}

const FORMATS: [ReportFormat, ReportFormat] = ['application/json', 'text/csv'];

interface Page<Row, Query, Head> {
  readonly query: Query;
  readonly rows: readonly Row[];
  readonly more: boolean;
  readonly isFirst: boolean;
  readonly head: Head;
}

type PageOf<Head, Item> = Head & { data: Item[]; next_cursor: string | null };

/** Answers a page of a report, as JSON or as CSV. */
export async function answerReport<Sent, Query, Row, Head extends object, Item extends ReportItem>(
  report: Report<Sent, Query, Row, Head, Item>,
  route: Pick<RouteSpec, 'path' | 'base'>,
  request: ReportRequest & { readonly query: Omit<Sent, 'id'> },
): Promise<Reply<PageOf<Head, Item> | string>> {
  const format = negotiate(request.headers.get('accept'), FORMATS);
  const limit = rowLimit(request.query.limit, format);
  const page = await request.tenantRead(async (read): Promise<Page<Row, Query, Head>> => {
    const sent = { ...request.params, ...request.query } as Sent;
    const query = report.settle(sent, await todayOf(read));
    const after = resume(report, query, request.query.cursor);
    const head = await report.head(read, query, after === undefined);
    const rows = await report.rows(disclosing(read, limit), query, { after, limit: limit + 1 });
    return {
      ...{ query, head, isFirst: after === undefined },
      rows: rows.slice(0, limit),
      more: rows.length > limit,
    };
  });
  const { query } = page;
  if (format === 'text/csv') return tableReply(report, route, page, request);
  const last = page.rows.at(-1);
  const body = {
    ...page.head,
    data: page.rows.map((row) => report.toItem(row, query)),
    next_cursor: page.more && last !== undefined ? cursorAfter(report, query, last) : null,
  };
  return reply(body, { headers: { vary: 'accept' } });
}

function tableReply<Query, Row, Item extends ReportItem>(
  report: Report<never, Query, Row, object, Item>,
  route: Pick<RouteSpec, 'path' | 'base'>,
  { query, rows, more, isFirst }: Page<Row, Query, object>,
  { params = {}, query: { limit } }: ReportRequest,
): Reply<string> {
  const lines = fittingLines(rows.map((row) => itemLine(report.columns, report.toItem(row, query))));
  const last = rows[lines.length - 1];
  const next = new URLSearchParams(
    Object.entries({
      ...report.parameters(query),
      cursor: last === undefined ? undefined : cursorAfter(report, query, last),
      limit: limit?.toString(),
    }).filter((entry): entry is [string, string] => entry[1] !== undefined && !(entry[0] in params)),
  );
  const headers = {
    'content-type': `text/csv; charset=utf-8; header=${isFirst ? 'present' : 'absent'}`,
    'content-disposition': `attachment; filename="${report.name}.csv"`,
    vary: 'accept',
  };
  return reply([...(isFirst ? [headerLine(report.columns)] : []), ...lines].join(''), {
    headers,
    next: more || lines.length < rows.length ? linkTo(route, params, next) : undefined,
  });
}

interface Named<Query> {
  readonly name: string;
  parameters(query: Query): Readonly<Record<string, string | undefined>>;
}

/** A cursor is of one report: with other parameters its pages would be of different ones. */
function cursorAfter<Query, Row>(
  report: Named<Query> & { position(row: Row): readonly string[] },
  query: Query,
  row: Row,
): string {
  return encodeCursor([fingerprint(report, query), ...report.position(row)]);
}

function resume<Query>(
  report: Named<Query> & { readonly cursor: readonly CursorPart[] },
  query: Query,
  cursor: string | undefined,
): readonly string[] | undefined {
  if (cursor === undefined) return undefined;
  const [of, ...position] = decodeCursor(cursor, ['text', ...report.cursor]);
  if (of !== fingerprint(report, query))
    throw invalidField('?cursor', 'other-report', 'is of a report with other parameters; repeat them');
  return position;
}

function fingerprint<Query>(report: Named<Query>, query: Query): string {
  const text = JSON.stringify([report.name, Object.entries(report.parameters(query)).sort()]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
