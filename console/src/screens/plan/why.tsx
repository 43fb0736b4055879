import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { call } from '../../api/call.ts';
import type { Answer } from '../../api/routes.ts';
import { ApiCall } from '../../parts/api-call.tsx';
import { AsOf } from '../../parts/as-of.tsx';
import { amountIn, day, money, words } from '../../parts/format.ts';
import { Rows } from '../../parts/rows.tsx';

type Explained = Answer<'GET /plans/{id}/explain'>;

interface Props {
  readonly plan: Answer<'GET /plans/{id}'>;
}

/** Each number of a plan with the entries that it is the sum of, and the limits that apply. */
export function Why({ plan }: Props) {
  return (
    <AsOf
      queryKey={['plans', plan.id, plan.version, 'explain']}
      load={(query) => call('GET /plans/{id}/explain', { params: { id: plan.id }, query })}
    >
      {(explained) => <Reasons explained={explained} />}
    </AsOf>
  );
}

function Reasons({ explained }: { explained: Explained }) {
  const { balance, vested, limits, currency } = explained;
  return (
    <SpaceBetween size="m">
      <Sum
        title="Vested"
        total={amountIn(vested.unit, vested.amount)}
        empty="Nothing has vested."
        rows={vested.entries.map((entry) => [
          entry.date === null ? '–' : day(entry.date),
          entry.source === null ? 'Shares' : words(entry.source),
          amountIn(vested.unit, entry.amount),
          entry.why,
        ])}
      />
      {vested.unit !== 'shares' && (
        <Sum
          title="Balance"
          total={money(balance.amount, currency)}
          empty="Nothing has moved it."
          rows={[
            ...(balance.earlier.entries === 0
              ? []
              : [
                  [
                    'Earlier',
                    `${balance.earlier.entries} entries`,
                    money(balance.earlier.amount, currency),
                    '',
                  ] as const,
                ]),
            ...balance.entries.map(
              (entry) =>
                [
                  day(entry.date),
                  entry.source === null
                    ? words(entry.kind)
                    : `${words(entry.kind)}, ${words(entry.source).toLowerCase()}`,
                  money(entry.amount, currency),
                  '',
                ] as const,
            ),
          ]}
        />
      )}
      {vested.unit !== 'shares' && <Limits limits={limits} currency={currency} />}
      <ApiCall answer={explained} />
    </SpaceBetween>
  );
}

type Entry = readonly [when: string, what: string, amount: string, why: string];

/** A number with what it is the sum of. */
function Sum({
  title,
  total,
  empty,
  rows,
}: {
  title: string;
  total: string;
  empty: string;
  rows: readonly Entry[];
}) {
  const hasReasons = rows.some(([, , , why]) => why !== '');
  return (
    <Table
      items={rows.map((row, index) => ({ row, index }))}
      trackBy={({ index }) => String(index)}
      wrapLines
      header={
        <Header variant="h2" counter={total}>
          {title}
        </Header>
      }
      empty={<Box textAlign="center">{empty}</Box>}
      columnDefinitions={[
        { id: 'when', header: 'Day', isRowHeader: true, minWidth: 110, cell: ({ row: [when] }) => when },
        { id: 'what', header: 'What', minWidth: 140, cell: ({ row: [, what] }) => what },
        {
          id: 'amount',
          header: 'Amount',
          minWidth: 110,
          cell: ({ row: [, , amount] }) => <span className="digits long">{amount}</span>,
        },
        ...(hasReasons
          ? [
              {
                id: 'why',
                header: 'Why',
                minWidth: 200,
                cell: ({ row: [, , , why] }: { row: Entry; index: number }) => why,
              },
            ]
          : []),
      ]}
    />
  );
}

function Limits({ limits, currency }: { limits: Explained['limits']; currency: string }) {
  if (!limits.known)
    return (
      <Alert type="info" header={`No limit of ${limits.year} is known for this plan`}>
        Contributions are taken as they come.
      </Alert>
    );
  return (
    <Rows
      name="limits"
      title={`Left to contribute in ${limits.year}`}
      description={limits.rules
        .map(({ kind, amount, source }) => `${words(kind)} ${money(amount, currency)} (${source})`)
        .join('; ')}
      items={limits.left}
      rowId={({ source }) => source}
      empty="It takes no contributions."
      columns={[
        {
          id: 'source',
          header: 'Source',
          isRowHeader: true,
          minWidth: 140,
          cell: (row) => words(row.source),
        },
        {
          id: 'left',
          header: 'Left',
          minWidth: 110,
          cell: (row) => (
            <span className="digits">{row.amount === null ? 'No limit' : money(row.amount, currency)}</span>
          ),
        },
        {
          id: 'reached',
          header: 'By the limit',
          minWidth: 200,
          cell: ({ reached }) =>
            reached === null
              ? '–'
              : `${words(reached.kind)}: ${money(reached.used, currency)} of ${money(reached.allowed, currency)}`,
        },
      ]}
    />
  );
}
