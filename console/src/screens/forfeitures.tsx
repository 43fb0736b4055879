import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act } from '../parts/act.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import { day, money } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { PLAN_TYPES, sourcesOf } from '../parts/plan-terms.ts';
import { Screen } from '../parts/screen.tsx';
import { WrittenField } from '../parts/written-field.tsx';

type Entry = Row<'GET /forfeitures'>;

const KINDS: Readonly<Record<Entry['kind'], string>> = {
  FORFEITED: 'Came from a plan',
  RESTORED: 'Went back to a plan',
  USED: 'Paid the employer’s contributions',
  REVERSED: 'A use taken back',
};
/** Those that hold money. */
const TYPES = PLAN_TYPES.filter(({ value }) => sourcesOf(value).length > 0);
const VALUES = TYPES.map(({ value }) => value);
const MOST = '200';

/** The forfeiture accounts: what has come into them, what has paid contributions, and what there is. */
export default function Forfeitures({ me }: { me: Me }) {
  const type = useChoice('type', VALUES);
  const [isUsing, setUsing] = useState(false);
  const [reversed, setReversed] = useState<Entry>();
  // The newest come first, so that what takes a use back is known before it is shown.
  const [takenBack] = useState(() => new Set<string | null>());
  return (
    <Screen
      title="Forfeitures"
      description="What those who left had not earned. It stays plan assets, and pays contributions that the employer would have paid."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => setUsing(true)}>
            Use forfeitures
          </Button>
        )
      }
    >
      <Accounts />
      <Pages
        key={type ?? ''}
        name="forfeitures"
        title="Entries"
        description="The newest first."
        queryKey={['forfeitures', type]}
        counted
        sorts={['effective_date', 'amount']}
        load={async (page) => {
          const query = { ...page, sort: page.sort ?? ('-created_at' as const), plan_type: type };
          const answer = await call('GET /forfeitures', { query });
          for (const { reverses } of answer.data) takenBack.add(reverses);
          return answer;
        }}
        rowId={(row: Entry) => row.id}
        empty="Nothing was forfeited yet."
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <Choice name="type" label="Plans" values={VALUES} all="All plans" text={(name) => name} />
          </SpaceBetween>
        }
        columns={[
          {
            id: 'day',
            header: 'Day',
            isRowHeader: true,
            sortingField: 'effective_date',
            cell: (row) => day(row.effective_date),
          },
          { id: 'kind', header: 'What', minWidth: 160, cell: (row) => KINDS[row.kind] },
          {
            id: 'plan',
            header: 'Plan',
            cell: (row) =>
              row.plan_id === null ? (
                row.plan_type
              ) : (
                <Go to={`/plans/${row.plan_id}`}>{`${row.plan_type} ${row.plan_id.slice(-6)}`}</Go>
              ),
          },
          {
            id: 'paid',
            header: 'Pay date',
            cell: (row) => (row.pay_date === null ? '–' : day(row.pay_date)),
          },
          {
            id: 'amount',
            header: 'Amount',
            sortingField: 'amount',
            cell: (row) => <span className="digits">{money(row.amount, row.currency)}</span>,
          },
          {
            id: 'balance',
            header: 'Then in the account',
            cell: (row) => <span className="digits">{money(row.balance_after, row.currency)}</span>,
          },
          ...(operates(me)
            ? [
                {
                  id: 'acts',
                  header: 'Correct',
                  cell: (row: Entry) =>
                    takenBack.has(row.id) ? (
                      'Taken back'
                    ) : row.kind === 'USED' ? (
                      <Button
                        variant="inline-link"
                        ariaLabel={`Take back ${money(row.amount, row.currency)} of ${day(row.effective_date)}`}
                        onClick={() => setReversed(row)}
                      >
                        Take back
                      </Button>
                    ) : (
                      '–'
                    ),
                },
              ]
            : []),
        ]}
      />
      {isUsing && <Use onClose={() => setUsing(false)} />}
      {reversed !== undefined && (
        <Act
          verb="Take the use back"
          asks={`Whole, and once: the account holds ${money(reversed.amount.replace('-', ''), reversed.currency)} again, and the employer has paid for the contributions of ${day(reversed.pay_date ?? '')}.`}
          content={reversed.id}
          send={({ key }) => call('POST /forfeitures/{id}/reverse', { params: { id: reversed.id }, key })}
          onClose={() => setReversed(undefined)}
        />
      )}
    </Screen>
  );
}

/** The balance of each account, as its newest entry has it. */
function Accounts() {
  const { data = [] } = useQuery({
    queryKey: ['forfeitures', 'accounts'],
    queryFn: async () => {
      const newest = await Promise.all(
        VALUES.map((plan_type) =>
          call('GET /forfeitures', { query: { plan_type, sort: '-created_at', limit: MOST } }),
        ),
      );
      return newest.flatMap((answer) =>
        answer.data.filter(
          ({ currency }, at) => answer.data.findIndex((one) => one.currency === currency) === at,
        ),
      );
    },
  });
  return (
    <Pairs
      title="In the accounts"
      items={[
        ...data.map(
          (entry) =>
            [
              entry.plan_type,
              <span key={entry.id} className="digits long">
                {money(entry.balance_after, entry.currency)}
              </span>,
            ] as const,
        ),
        ...(data.length === 0 ? [['In all', 'Nothing yet'] as const] : []),
        [
          'Not there yet',
          <Go key="held" to="/plans?status=TERMINATED">
            Held in plans that have ended
          </Go>,
        ],
      ]}
    />
  );
}

const EMPTY = { currency: 'USD', amount: '', pay_date: '' };

function Use({ onClose }: { onClose(): void }) {
  const [plan_type, setType] = useState(VALUES[0] ?? '401K');
  const [written, setWritten] = useState(EMPTY);
  const [refused, setRefused] = useState<Error | null>(null);
  const body = { plan_type, ...written };
  const field = (name: keyof typeof EMPTY, label: string, description: string) => (
    <WrittenField
      label={label}
      description={description}
      value={written[name]}
      fault={faultOf(refused, name, written[name])}
      onChange={(text) => setWritten({ ...written, [name]: text })}
    />
  );
  return (
    <Act
      verb="Use them"
      asks="The contributions of the pay date were recorded in full; the employer pays that much less for them. At most what it contributed for that day, and what the account holds."
      disabled={written.amount === '' || written.pay_date === ''}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /forfeitures', { key, body })}
      onRefused={setRefused}
      onClose={onClose}
    >
      <FormField label="Of plans">
        <OneOf options={TYPES} value={plan_type} onChange={(chosen) => setType(chosen)} />
      </FormField>
      {field('pay_date', 'Pay date', 'YYYY-MM-DD')}
      {field('amount', 'Amount', 'Without separators.')}
      {field('currency', 'Currency', 'Three letters, such as USD.')}
    </Act>
  );
}
