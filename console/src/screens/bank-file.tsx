import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Proposed } from '../parts/act.tsx';
import { FILE_KINDS, FileState, nameOfFile } from '../parts/bank-file.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import {
  AcknowledgeFile,
  type BankFile,
  type BankItem,
  dayOrDash,
  fetchFile,
  MatchItem,
  RejectFile,
} from '../parts/file-acts.tsx';
import { grouped, instant, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { namesOf } from '../parts/names.ts';
import { Opening } from '../parts/opening.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Amount, codeInWords } from '../parts/payment.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';

type Deed = 'acknowledge' | 'reject' | BankItem;

const ABOVE = { text: 'Bank files', path: '/bank-files' };
const ITEM_LOOKS: Readonly<Record<BankItem['state'], StatusIndicatorProps.Type>> = {
  APPLIED: 'success',
  UNMATCHED: 'warning',
  UNREADABLE: 'error',
  RESOLVED: 'success',
};
const ITEM_STATES = namesOf(ITEM_LOOKS);

/** A file of the bank: its life, its items, and what is said of it by hand. */
export default function BankFileScreen({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['bank-files', id],
    queryFn: () => call('GET /bank-files/{id}', { params: { id }, query: { limit: '1' } }),
  });
  const [deed, setDeed] = useState<Deed>();
  const [proposed, setProposed] = useState<string>();
  const file = query.data;
  if (file === undefined) return <Opening title="Bank file" above={ABOVE} query={query} />;
  const zone = me.tenant?.time_zone;
  const shared = { file, onClose: () => setDeed(undefined), onProposed: setProposed };
  return (
    <Screen
      title={nameOfFile(file)}
      description={`${FILE_KINDS[file.kind]}, ${file.direction}`}
      above={ABOVE}
      actions={operates(me) && <FileDeeds file={file} onChoose={setDeed} />}
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      {file.reason !== undefined && (
        <Alert type="warning" header={file.state === 'REJECTED' ? 'The bank refused it' : 'It can’t be read'}>
          <span className="long">{file.reason}</span>
          {file.reason_line !== undefined && ` Line ${file.reason_line}.`}
        </Alert>
      )}
      <Life file={file} zone={zone} />
      {file.direction === 'inbound' && (
        <Items id={id} me={me} onMatch={setDeed} isStatement={file.kind === 'STATEMENT'} />
      )}
      <History me={me} resource={`bank-files/${id}`} />
      {deed === 'acknowledge' && <AcknowledgeFile {...shared} />}
      {deed === 'reject' && <RejectFile {...shared} />}
      {typeof deed === 'object' && <MatchItem {...shared} item={deed} zone={zone} />}
    </Screen>
  );
}

function FileDeeds({ file, onChoose }: { file: BankFile; onChoose(deed: Deed): void }) {
  const queries = useQueryClient();
  const fetched = useMutation({
    mutationFn: () => fetchFile(file),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['bank-files'] }),
  });
  const isOpen =
    file.direction === 'outbound'
      ? file.acknowledged_at === undefined && file.rejected_at === undefined
      : file.acknowledged_at === undefined && (file.state === 'PARTLY' || file.state === 'UNREADABLE');
  const url = fetched.data?.url;
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        {isOpen && file.direction === 'outbound' && (
          <Button onClick={() => onChoose('reject')}>The bank refused it</Button>
        )}
        {isOpen && (
          <Button onClick={() => onChoose('acknowledge')}>
            {file.direction === 'outbound' ? 'The bank has it' : 'Nothing is open in it'}
          </Button>
        )}
        <Button iconName="download" loading={fetched.isPending} onClick={() => fetched.mutate()}>
          Fetch it
        </Button>
      </SpaceBetween>
      {fetched.error !== null && <ProblemAlert problem={fetched.error} />}
      {url === null && <span>Another file lies in its place by now.</span>}
      {typeof url === 'string' && (
        <Link href={url} external externalIconAriaLabel="Opens in a new tab">
          Download it, within fifteen minutes
        </Link>
      )}
    </SpaceBetween>
  );
}

function Life({ file, zone }: { file: BankFile; zone: string | undefined }) {
  const at = (moment: string | undefined) => (moment === undefined ? '–' : instant(moment, zone));
  const number = (value: number) => <span className="digits">{grouped(String(value))}</span>;
  const { counts } = file;
  return (
    <Pairs
      title="Its life"
      answer={file}
      items={[
        ['State', <FileState key="state" state={file.state} />],
        [file.direction === 'outbound' ? 'Written' : 'Received', at(file.created_at)],
        ['Fetched', at(file.fetched_at)],
        ['Acknowledged', at(file.acknowledged_at)],
        ...(file.direction === 'outbound'
          ? ([
              ['Refused', at(file.rejected_at)],
              ['Of the day', dayOrDash(file.day)],
              ['Payments', number(file.payments ?? 0)],
              ['Total', money(file.total, 'USD')],
              ['Taken back', money(file.total_reversed, 'USD')],
              ['Accounts asked for', number(file.prenotes ?? 0)],
            ] as const)
          : ([
              ['Items', number(counts.items)],
              ['Booked', number(counts.applied)],
              ['Open', number(counts.unmatched + counts.unreadable)],
              ['Settled by hand', number(counts.resolved)],
              ['Not ours', number(counts.ignored_batches)],
            ] as const)),
      ]}
    />
  );
}

interface ItemsProps {
  readonly id: string;
  readonly me: Me;
  readonly isStatement: boolean;
  onMatch(item: BankItem): void;
}

function Items({ id, me, isStatement, onMatch }: ItemsProps) {
  const state = useChoice('item_state', ITEM_STATES);
  return (
    <Pages
      key={state ?? ''}
      name="bank-items"
      title={isStatement ? 'Entries' : 'Items'}
      queryKey={['bank-files', id, 'items', state]}
      load={async (page) => {
        const query = { ...page, ...(state === undefined ? {} : { item_state: state }) };
        const { items, next_cursor } = await call('GET /bank-files/{id}', { params: { id }, query });
        return { data: items, next_cursor };
      }}
      rowId={(row: BankItem) => row.id}
      empty="None is like this."
      filter={
        <SpaceBetween direction="horizontal" size="m">
          <Choice name="item_state" label="State" values={ITEM_STATES} all="Any state" />
        </SpaceBetween>
      }
      columns={[
        { id: 'line', header: 'Line', isRowHeader: true, cell: (row) => row.line },
        {
          id: 'kind',
          header: 'Says',
          minWidth: 200,
          cell: (row) => (
            <span className="long">
              {row.kind === null ? '–' : words(row.kind)}
              {row.code !== null && `, ${codeInWords(row.code, row.meaning)}`}
            </span>
          ),
        },
        {
          id: 'amount',
          header: 'Amount',
          cell: (row) => (row.amount === null ? '–' : <Amount amount={row.amount} currency="USD" />),
        },
        {
          id: 'state',
          header: 'State',
          minWidth: 140,
          cell: (row) => <StatusIndicator type={ITEM_LOOKS[row.state]}>{words(row.state)}</StatusIndicator>,
        },
        {
          id: 'why',
          header: 'Why it is open',
          cell: (row) => (row.reason === null ? '–' : words(row.reason)),
        },
        {
          id: 'payment',
          header: 'Stands for',
          cell: (row) => <StandsFor item={row} me={me} onMatch={onMatch} />,
        },
      ]}
    />
  );
}

function StandsFor({ item, me, onMatch }: { item: BankItem; me: Me; onMatch(item: BankItem): void }) {
  const { transaction_id: payment, outbound_file_id: file, explanation, state } = item;
  if (payment !== null) return <Go to={`/payments/${payment}`}>Payment {payment.slice(-6)}</Go>;
  if (file !== undefined) return <Go to={`/bank-files/${file}`}>File {file.slice(-6)}</Go>;
  if (explanation !== undefined) return words(explanation);
  if (!operates(me) || (state !== 'UNMATCHED' && state !== 'UNREADABLE')) return '–';
  return (
    <Button variant="inline-link" onClick={() => onMatch(item)}>
      Match it
    </Button>
  );
}
