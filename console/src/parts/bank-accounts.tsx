import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Answer, Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed } from './act.tsx';
import { instant, words } from './format.ts';
import { OneOf, optionsOf } from './one-of.tsx';
import { Pages } from './pages.tsx';

type Account = Row<'GET /shareholders/{id}/bank-accounts'>;

/** A payee by what the API addresses them with. */
export type Payee = { readonly shareholder: string } | { readonly employee: string };

const TYPES = optionsOf<Account['account_type']>({ CHECKING: 'Checking', SAVINGS: 'Savings' });
const HOLDERS = optionsOf<Account['holder_type']>({ INDIVIDUAL: 'A person', COMPANY: 'A company' });

function lookOf({ status, approval, usable_from: from }: Account): StatusIndicatorProps.Type {
  if (approval === 'DENIED' || status === 'REVOKED') return 'stopped';
  if (status === 'BLOCKED') return 'error';
  return from === null || approval === 'REQUIRED' ? 'pending' : 'success';
}

function stateOf({ status, approval, status_reason: reason }: Account): string {
  if (approval === 'REQUIRED') return 'Waits for a second person';
  if (approval === 'DENIED') return 'Denied';
  return `${words(status)}${reason === null ? '' : `: ${reason}`}`;
}

function listAccounts(of: Payee, page: object) {
  return 'shareholder' in of
    ? call('GET /shareholders/{id}/bank-accounts', { params: { id: of.shareholder }, query: { ...page } })
    : call('GET /participants/{employee}/bank-accounts', {
        params: { employee: of.employee },
        query: { ...page },
      });
}

/** An account as people know it; one that is not among the payee’s newest is known by its id. */
export function AccountName({ id, of }: { id: string; of: Payee }) {
  const { data } = useQuery({
    queryKey: ['bank-accounts', of, 'newest'],
    queryFn: () => listAccounts(of, {}),
  });
  const account = data?.data.find((one) => one.id === id);
  if (account === undefined) return id;
  const { holder_name, account_last4, routing_number, account_type } = account;
  return `${holder_name}, …${account_last4} at ${routing_number}, ${words(account_type)}`;
}

/** The bank accounts of somebody who is paid. */
export function BankAccounts({ of, me, canAdd }: { of: Payee; me: Me; canAdd: boolean }) {
  const [isAdding, setAdding] = useState(false);
  const [proposed, setProposed] = useState<string>();
  const zone = me.tenant?.time_zone;
  return (
    <>
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pages
        name="bank-accounts"
        title="Bank accounts"
        description="Payments go to the newest that may be used. Of a number, the last four digits are shown."
        queryKey={['bank-accounts', of]}
        counted
        load={(page) => listAccounts(of, page)}
        rowId={(row: Account) => row.id}
        empty="There is none: nothing can be paid to them."
        actions={canAdd && operates(me) && <Button onClick={() => setAdding(true)}>Add an account</Button>}
        columns={[
          {
            id: 'number',
            header: 'Number',
            isRowHeader: true,
            cell: (row) => <span className="digits">…{row.account_last4}</span>,
          },
          {
            id: 'routing',
            header: 'Bank',
            cell: (row) => <span className="digits">{row.routing_number}</span>,
          },
          { id: 'type', header: 'Kind', cell: (row) => words(row.account_type) },
          {
            id: 'holder',
            header: 'Of',
            minWidth: 150,
            cell: (row) => (
              <span className="long" dir="auto">
                {row.holder_name}
              </span>
            ),
          },
          {
            id: 'state',
            header: 'State',
            minWidth: 150,
            cell: (row) => <StatusIndicator type={lookOf(row)}>{stateOf(row)}</StatusIndicator>,
          },
          {
            id: 'usable',
            header: 'Paid into from',
            minWidth: 160,
            cell: (row) => (row.usable_from === null ? '–' : instant(row.usable_from, zone)),
          },
          {
            id: 'prenote',
            header: 'Asked for',
            cell: (row) => (row.prenote === null ? '–' : words(row.prenote)),
          },
          {
            id: 'notices',
            header: 'Corrected by the bank',
            cell: (row) => String(row.notifications_of_change.length),
          },
        ]}
      />
      {isAdding && (
        <Add of={of} onDone={(request) => setProposed(request.id)} onClose={() => setAdding(false)} />
      )}
    </>
  );
}

const EMPTY = { routing_number: '', account_number: '', holder_name: '' };

interface AddProps {
  readonly of: Payee;
  onDone(request: Answer<'POST /shareholders/{id}/bank-accounts'>): void;
  onClose(): void;
}

function Add({ of, onDone, onClose }: AddProps) {
  const [written, setWritten] = useState(EMPTY);
  const [account_type, setType] = useState<Account['account_type']>('CHECKING');
  const [holder_type, setHolderType] = useState<Account['holder_type']>('INDIVIDUAL');
  const [refused, setRefused] = useState<Error | null>(null);
  const body = { ...written, holder_name: written.holder_name.trim(), account_type, holder_type };
  const field = (name: keyof typeof EMPTY, label: string, description = '') => (
    <FormField
      label={label}
      description={description}
      errorText={faultOf(refused, name, written[name]) ?? ''}
    >
      <Input
        value={written[name]}
        autoComplete={false}
        onChange={({ detail }) => setWritten({ ...written, [name]: detail.value })}
      />
    </FormField>
  );
  return (
    <Act
      verb="Add the account"
      asks="A second person approves it, and it waits as long as the rules of payments say. Until then payments go into the one before."
      disabled={Object.values(body).includes('')}
      content={JSON.stringify(body)}
      send={({ key }) =>
        'shareholder' in of
          ? call('POST /shareholders/{id}/bank-accounts', { params: { id: of.shareholder }, key, body })
          : call('POST /participants/{employee}/bank-accounts', {
              params: { employee: of.employee },
              key,
              body,
            })
      }
      onRefused={setRefused}
      onDone={onDone}
      onClose={onClose}
    >
      {field('holder_name', 'Name on the account')}
      {field('routing_number', 'Routing number', 'Nine digits.')}
      {field('account_number', 'Account number', 'It is kept sealed; four digits of it are shown again.')}
      <FormField label="Kind">
        <OneOf options={TYPES} value={account_type} onChange={(value) => setType(value)} />
      </FormField>
      <FormField label="Of">
        <OneOf options={HOLDERS} value={holder_type} onChange={(value) => setHolderType(value)} />
      </FormField>
    </Act>
  );
}
