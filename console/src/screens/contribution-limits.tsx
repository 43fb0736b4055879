import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import { ApiCall } from '../parts/api-call.tsx';
import { grouped } from '../parts/format.ts';
import { Opening } from '../parts/opening.tsx';
import { Rows } from '../parts/rows.tsx';
import { Screen } from '../parts/screen.tsx';

type Limit = Row<'GET /contribution-limits'>;

/** The limits of a plan type in a year; the others say what the first does. */
interface Year extends Limit {
  readonly limits: readonly Limit[];
}

const TITLE = 'Contribution limits';
const OLDEST = 120;
const KINDS = [
  ['EMPLOYEE_DEFERRAL', 'Deferrals'],
  ['CATCH_UP', 'And as catch-up'],
  ['ROTH_CATCH_UP', 'Catch-up is Roth above wages of'],
  ['TOTAL_ADDITIONS', 'All additions'],
  ['COMPENSATION', 'Pay that counts'],
] as const;

/** The legal limits of each year. */
export default function ContributionLimits() {
  const query = useQuery({
    queryKey: ['contribution-limits'],
    queryFn: () => call('GET /contribution-limits'),
  });
  const { data } = query;
  if (data === undefined)
    return <Opening title={TITLE} above={{ text: 'Plans', path: '/plans' }} query={query} />;
  const years = Object.values(Object.groupBy(data.data, ({ plan_type, year }) => `${plan_type} ${year}`));
  return (
    <Screen
      title={TITLE}
      description="What the law allows each person in a year. A year that is not here has the limits of the last one before it."
    >
      <Rows
        name="contribution-limits"
        title="By year"
        description="The newest first."
        items={years
          .flatMap((limits = []) => limits.slice(0, 1).map((first) => ({ ...first, limits })))
          .sort((a, b) => b.year - a.year || a.plan_type.localeCompare(b.plan_type))}
        rowId={(row) => `${row.plan_type} ${row.year}`}
        empty="There is none."
        columns={[
          { id: 'year', header: 'Year', isRowHeader: true, minWidth: 70, cell: (row) => String(row.year) },
          { id: 'plan', header: 'Plan', minWidth: 70, cell: (row) => row.plan_type },
          ...KINDS.map(([kind, header]) => ({
            id: kind,
            header,
            minWidth: kind === 'CATCH_UP' ? 220 : 105,
            cell: (row: Year) => (
              <span className="digits lines">
                {row.limits
                  .filter((limit) => limit.kind === kind)
                  .map((limit) => `${grouped(limit.amount)}${agesOf(limit)}`)
                  .join('\n') || '–'}
              </span>
            ),
          })),
          { id: 'currency', header: 'In', minWidth: 70, cell: (row) => row.currency },
          {
            id: 'source',
            header: 'By',
            minWidth: 210,
            cell: (row) => [...new Set(row.limits.flatMap(({ source }) => source.split(', ')))].join(', '),
          },
        ]}
      />
      <ApiCall answer={data} />
    </Screen>
  );
}

/** The ages reached in the year, where not every age has the limit. */
function agesOf({ min_age: from, max_age: to }: Limit): string {
  if (to < OLDEST) return `, from ${from} to ${to}`;
  return from > 0 ? `, from ${from}` : '';
}
