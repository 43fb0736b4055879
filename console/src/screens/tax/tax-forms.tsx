import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { Answer } from '../../api/routes.ts';
import { Choice, useChoice } from '../../parts/choice.tsx';
import { counted, money } from '../../parts/format.ts';
import { type Page, Pages } from '../../parts/pages.tsx';
import { Amount } from '../../parts/payment.tsx';

type Recipient = Answer<'GET /reports/1099-div' | 'GET /reports/1042-s'>['data'][number];

/** Amounts of the forms are in it, whatever else dividends were paid in. */
const CURRENCY = 'USD';
const YEARS_BACK = 6;
const THIS_YEAR = new Date().getFullYear();
/** The last year that is over is the one whose forms are due. */
const LAST_YEAR = String(THIS_YEAR - 1);
const OTHER_YEARS = Array.from({ length: YEARS_BACK }, (_, back) => String(THIS_YEAR - back)).filter(
  (year) => year !== LAST_YEAR,
);

interface Sent {
  readonly year: string;
  readonly cursor?: string | undefined;
  readonly limit?: string | undefined;
}

interface Props<T> {
  readonly name: string;
  load(query: Sent): Promise<Page<T> & Pick<Answer<'GET /reports/1099-div'>, 'recipients' | 'total'>>;
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
}

/** The data of a tax form for a year: a row for each recipient. */
function FormsOf<T extends Recipient>({ name, load, columns }: Props<T>) {
  const year = useChoice('year', OTHER_YEARS) ?? LAST_YEAR;
  const { data } = useQuery({
    queryKey: ['tax', name, year, 'sums'],
    queryFn: () => load({ year, limit: '1' }),
  });
  return (
    <Pages
      key={year}
      name={name}
      title={`The year ${year}`}
      description={
        data === undefined
          ? ''
          : `${counted(data.recipients ?? 0, 'recipient', 'recipients')}, ${money(data.total, CURRENCY)} in all.`
      }
      queryKey={['tax', name, year]}
      load={({ cursor, limit }) => load({ year, cursor, limit })}
      rowId={(row) => JSON.stringify(row)}
      empty="Nothing was paid to anybody in this year that belongs into these forms."
      filter={
        <SpaceBetween direction="horizontal" size="m">
          <Choice name="year" label="Year" values={OTHER_YEARS} all={LAST_YEAR} text={String} />
        </SpaceBetween>
      }
      columns={[
        {
          id: 'name',
          header: 'Recipient',
          isRowHeader: true,
          minWidth: 180,
          cell: (row) => (
            <span className="long" dir="auto">
              {row.recipient_name}
            </span>
          ),
        },
        {
          id: 'account',
          header: 'Account',
          cell: (row) => <span className="long">{row.account_number}</span>,
        },
        { id: 'tin', header: 'Tax id', cell: (row) => row.recipient_tin ?? '–' },
        ...columns,
      ]}
    />
  );
}

const amount = (value: string) => <Amount amount={value} currency={CURRENCY} />;

export function Forms1099() {
  return (
    <FormsOf
      name="1099-div"
      load={(query) => call('GET /reports/1099-div', { query })}
      columns={[
        {
          id: '1a',
          header: '1a, dividends',
          cell: (row) => amount(row.box_1a_total_ordinary_dividends),
        },
        { id: '4', header: '4, withheld', cell: (row) => amount(row.box_4_federal_income_tax_withheld) },
        { id: 'filed', header: 'To be filed', cell: (row) => (row.must_be_filed ? 'Yes' : 'No') },
      ]}
    />
  );
}

export function Forms1042() {
  return (
    <FormsOf
      name="1042-s"
      load={(query) => call('GET /reports/1042-s', { query })}
      columns={[
        { id: '2', header: '2, gross income', cell: (row) => amount(row.box_2_gross_income) },
        { id: '3b', header: '3b, rate', cell: (row) => `${row.box_3b_tax_rate} %` },
        { id: '7a', header: '7a, withheld', cell: (row) => amount(row.box_7a_federal_tax_withheld) },
        { id: 'treaty', header: 'Treaty', cell: (row) => row.treaty_country ?? '–' },
      ]}
    />
  );
}
