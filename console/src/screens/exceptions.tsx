import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { useNarrow } from '../frame/use-narrow.ts';
import { Proposed } from '../parts/act.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import { AcknowledgeFile, MatchItem, RejectFile } from '../parts/file-acts.tsx';
import { instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { namesOf } from '../parts/names.ts';
import { Pages } from '../parts/pages.tsx';
import { Amount, codeInWords } from '../parts/payment.tsx';
import { CancelPayment, ResolvePayment, ReversePayment } from '../parts/payment-acts.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';

type Exception = Row<'GET /exceptions'>;

const KINDS: Readonly<Record<Exception['kind'], string>> = {
  BANK_ITEM: 'Answer of the bank',
  CONTRADICTION: 'Contradiction of the bank',
  STATEMENT_ITEM: 'Entry of a statement',
  NOT_AT_BANK: 'Not at the bank',
  UNACKNOWLEDGED_FILE: 'File without a receipt',
  STUCK_PAYMENT: 'Payment that stands still',
};
const STATES = ['OPEN', 'RESOLVED'] as const;
const EVERY_MS = 20_000;

/** The names on the screen of what the API offers for an exception. */
const DEEDS: Readonly<Record<string, string>> = {
  matchBankItem: 'Match it',
  acknowledgeBankFile: 'Acknowledge the file',
  rejectBankFile: 'The bank refused it',
  resolveTransaction: 'Say what became of it',
  cancelTransaction: 'Cancel it',
  reverseTransaction: 'Ask for the money back',
};

interface Chosen {
  readonly exception: Exception;
  readonly operation: string;
}

/** The desk: people must look at these, and do about each of them from here what can be done. */
export default function Exceptions({ me }: { me: Me }) {
  const kind = useChoice('kind', namesOf(KINDS));
  const state = useChoice('state', STATES) ?? 'OPEN';
  const [chosen, setChosen] = useState<Chosen>();
  const [proposed, setProposed] = useState<string>();
  const narrow = useNarrow();
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title="Exceptions"
      description="What the bank and the ledger do not agree about. Nothing of it ends by itself, except where the bank speaks."
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pages
        key={`${kind} ${state}`}
        name="exceptions"
        title={words(state)}
        queryKey={['exceptions', kind, state]}
        counted
        load={(page) => call('GET /exceptions', { query: { ...page, kind, state } })}
        rowId={(row: Exception) => row.id}
        empty={state === 'OPEN' ? 'The bank and the ledger agree.' : 'None was resolved.'}
        everyMs={EVERY_MS}
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <Choice name="state" label="State" values={STATES.slice(1)} all="Open" />
            <Choice
              name="kind"
              label="Kind"
              values={namesOf(KINDS)}
              all="All kinds"
              text={(value) => KINDS[value]}
            />
          </SpaceBetween>
        }
        columns={columnsOf({ zone, me, narrow, onChoose: setChosen })}
      />
      {chosen !== undefined && (
        <Doing
          key={`${chosen.exception.id} ${chosen.operation}`}
          chosen={chosen}
          zone={zone}
          onClose={() => setChosen(undefined)}
          onProposed={setProposed}
        />
      )}
    </Screen>
  );
}

interface ColumnsOptions {
  readonly zone: string | undefined;
  readonly me: Me;
  readonly narrow: boolean;
  onChoose(chosen: Chosen): void;
}

function columnsOf({ zone, me, narrow, onChoose }: ColumnsOptions): TableProps.ColumnDefinition<Exception>[] {
  const what: TableProps.ColumnDefinition<Exception> = {
    id: 'kind',
    header: 'What',
    isRowHeader: true,
    cell: (row) => KINDS[row.kind],
  };
  const deeds: TableProps.ColumnDefinition<Exception> = {
    id: 'deeds',
    minWidth: 170,
    header: 'What can be done',
    cell: (row) => (
      <Deeds exception={row} me={me} onChoose={(operation) => onChoose({ exception: row, operation })} />
    ),
  };
  const rest: TableProps.ColumnDefinition<Exception>[] = [
    {
      id: 'why',
      header: 'Why',
      minWidth: 150,
      cell: (row) =>
        `${words(row.reason)}${row.code === null ? '' : `, ${codeInWords(row.code, row.meaning)}`}`,
    },
    {
      id: 'amount',
      header: 'Amount',
      cell: (row) =>
        row.amount === null ? '–' : <Amount amount={row.amount} currency={row.currency ?? ''} />,
    },
    { id: 'about', header: 'About', cell: (row) => <About exception={row} /> },
    { id: 'since', header: 'Since', cell: (row) => instant(row.since, zone) },
  ];
  // A telephone shows what can be done without scrolling.
  return narrow ? [what, deeds, ...rest] : [what, ...rest, deeds];
}

function About({
  exception: { transaction_id: payment, payee_name: payee, bank_file_id: file },
}: {
  exception: Exception;
}) {
  return (
    <SpaceBetween size="xxs">
      {payment !== null && (
        <span className="long" dir="auto">
          <Go to={`/payments/${payment}`}>
            {payee === null ? `Payment ${payment.slice(-6)}` : `Payment to ${payee}`}
          </Go>
        </span>
      )}
      {file !== null && <Go to={`/bank-files/${file}`}>File {file.slice(-6)}</Go>}
    </SpaceBetween>
  );
}

interface DeedsProps {
  readonly exception: Exception;
  readonly me: Me;
  onChoose(operation: string): void;
}

function Deeds({ exception: { actions, state }, me, onChoose }: DeedsProps) {
  if (state === 'RESOLVED') return 'Done';
  const offered = actions.filter(
    ({ operation }) => operation in DEEDS && (operates(me) || operation === 'cancelTransaction'),
  );
  if (offered.length === 0) return 'Operations deals with it';
  return (
    <SpaceBetween size="xxs">
      {offered.map(({ operation }) => (
        <Button key={operation} variant="inline-link" onClick={() => onChoose(operation)}>
          {DEEDS[operation]}
        </Button>
      ))}
    </SpaceBetween>
  );
}

interface DoingProps {
  readonly chosen: Chosen;
  readonly zone: string | undefined;
  onClose(): void;
  onProposed(approvalId: string): void;
}

/** Does what was chosen, to the payment or the file as it is now. */
function Doing({ chosen: { exception, operation }, zone, onClose, onProposed }: DoingProps) {
  const [, go] = useLocation();
  const isOfPayment = operation.endsWith('Transaction');
  const subject = useQuery({
    queryKey: ['exceptions', 'subject', exception.id, isOfPayment],
    queryFn: async () =>
      isOfPayment
        ? {
            payment: await call('GET /transactions/{id}', { params: { id: exception.transaction_id ?? '' } }),
          }
        : await fileOf(exception),
    gcTime: 0,
  });
  if (subject.error !== null) return <ProblemAlert problem={subject.error} />;
  const { payment, file, item } = { payment: undefined, file: undefined, item: undefined, ...subject.data };
  const shared = { onClose, onProposed };
  if (payment !== undefined) {
    if (operation === 'cancelTransaction') return <CancelPayment payment={payment} onClose={onClose} />;
    if (operation === 'resolveTransaction') return <ResolvePayment payment={payment} {...shared} />;
    return <ReversePayment payment={payment} onClose={onClose} onAsked={(id) => go(`/payments/${id}`)} />;
  }
  if (file === undefined) return null;
  if (operation === 'acknowledgeBankFile') return <AcknowledgeFile file={file} onClose={onClose} />;
  if (operation === 'rejectBankFile') return <RejectFile file={file} {...shared} />;
  return item === undefined ? null : <MatchItem file={file} item={item} zone={zone} {...shared} />;
}

/** Finds the file of an exception, with its item if it is about one: open items are few. */
async function fileOf({ id, bank_file_id }: Exception) {
  const params = { id: bank_file_id ?? '' };
  for (const item_state of ['UNMATCHED', 'UNREADABLE'] as const) {
    const file = await call('GET /bank-files/{id}', { params, query: { item_state, limit: '200' } });
    const item = file.items.find((one) => one.id === id);
    if (item !== undefined || item_state === 'UNREADABLE') return { file, item };
  }
  return {};
}
