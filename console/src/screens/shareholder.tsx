import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Proposed } from '../parts/act.tsx';
import { useAddress } from '../parts/address.ts';
import { BankAccounts } from '../parts/bank-accounts.tsx';
import { day, grouped, instant, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Check } from '../parts/kyc.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { PaymentList } from '../parts/payment-list.tsx';
import { RecordCheck } from '../parts/record-check.tsx';
import { Screen } from '../parts/screen.tsx';
import { TooLateFor } from '../parts/too-late.tsx';
import { historyTab } from '../parts/trail.tsx';
import { Ballots } from './shareholder/ballots.tsx';
import { type Changed, HolderActs } from './shareholder/holder-acts.tsx';
import { Statement } from './shareholder/statement.tsx';
import { TaxForm } from './shareholder/tax-form.tsx';
import { TransferList } from './transfers/transfer-list.tsx';

const ABOVE = { text: 'Register', path: '/shareholders' };

/** A holder of record: who they are, each entry of their position, and their dividends. */
export default function Shareholder({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['shareholders', id],
    queryFn: () => call('GET /shareholders/{id}', { params: { id } }),
  });
  const { data } = query;
  const [changed, setChanged] = useState<Changed>();
  const [search, set] = useAddress();
  if (data === undefined) return <Opening title="Holder" above={ABOVE} query={query} />;
  const { contact } = data;
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title={data.name}
      description={data.external_ref}
      above={ABOVE}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {data.status === 'ACTIVE' && (
            <RecordCheck
              me={me}
              of={data}
              send={(body, version) =>
                call('PATCH /shareholders/{id}/kyc', { params: { id }, version, body })
              }
            />
          )}
          {operates(me) && <HolderActs of={data} onDone={setChanged} />}
        </SpaceBetween>
      }
    >
      {changed !== undefined &&
        ('requested_by' in changed ? (
          <Proposed id={changed.id} />
        ) : (
          <TooLateFor what={changed.too_late_for} />
        ))}
      <Pairs
        title="Holder"
        answer={data}
        items={[
          [
            'Shares, all classes',
            <span key="shares" className="digits long">
              {grouped(data.holdings)}
            </span>,
          ],
          ['KYC', <Check key="kyc" {...data} />],
          ['Status', words(data.status)],
          ['Kind', data.kind === null ? '–' : words(data.kind)],
          ['Treasury', data.treasury ? 'The issuer’s own shares' : 'No'],
          [
            'Email',
            <span key="email" className="long">
              {contact.email ?? '–'}
            </span>,
          ],
          ['Telephone', contact.phone ?? '–'],
          [
            'Address',
            <span key="address" className="long lines" dir="auto">
              {contact.address ?? '–'}
            </span>,
          ],
          ['Entered', instant(data.created_at, zone)],
          ['Changed', instant(data.updated_at, zone)],
          ['Version', String(data.version)],
        ]}
      />
      <Tabs
        activeTabId={search.get('tab') ?? 'positions'}
        onChange={({ detail }) => set({ tab: detail.activeTabId })}
        tabs={[
          { id: 'positions', label: 'Positions', content: <Positions id={id} zone={zone} /> },
          {
            id: 'transfers',
            label: 'Transfers',
            content: <TransferList name="holder-transfers" sought={{ shareholder_id: id }} zone={zone} />,
          },
          {
            id: 'accounts',
            label: 'Bank accounts',
            content: <BankAccounts of={{ shareholder: id }} me={me} canAdd={data.status === 'ACTIVE'} />,
          },
          { id: 'dividends', label: 'Dividends', content: <Dividends id={id} /> },
          {
            id: 'payments',
            label: 'Payments',
            content: (
              <PaymentList me={me} name="holder-payments" title="Payments" of={{ shareholder_id: id }} />
            ),
          },
          { id: 'tax', label: 'Tax', content: <TaxForm id={id} me={me} /> },
          { id: 'ballots', label: 'Ballots', content: <Ballots id={id} zone={zone} /> },
          { id: 'statement', label: 'Statement', content: <Statement id={id} me={me} /> },
          ...historyTab(me, `shareholders/${id}`),
        ]}
      />
    </Screen>
  );
}

function Positions({ id, zone }: { id: string; zone: string | undefined }) {
  return (
    <Pages
      name="positions"
      title="Entries"
      description="The newest first. Their sum is what the holder has; none is ever changed or removed."
      queryKey={['shareholders', id, 'positions']}
      counted
      load={(page) => call('GET /shareholders/{id}/positions', { params: { id }, query: { ...page } })}
      rowId={(row: Row<'GET /shareholders/{id}/positions'>) => row.id}
      empty="The holder has never had shares."
      columns={[
        { id: 'effective', header: 'Effective', isRowHeader: true, cell: (row) => day(row.effective_date) },
        {
          id: 'delta',
          header: 'Shares',
          cell: (row) => <span className="digits long">{signed(row.delta)}</span>,
        },
        { id: 'class', header: 'Class', cell: (row) => row.security_class },
        { id: 'reason', header: 'Reason', cell: (row) => <span className="long">{row.reason}</span> },
        { id: 'source', header: 'Source', cell: (row) => <Source of={row.source} /> },
        { id: 'recorded', header: 'Recorded', cell: (row) => instant(row.recorded_at, zone) },
      ]}
    />
  );
}

const UPLOAD = /^upload:(?<id>[\da-f-]{36})$/;

/** An upload has a screen; other sources are words. */
function Source({ of }: { of: string }) {
  const id = UPLOAD.exec(of)?.groups?.id;
  if (id !== undefined) return <Go to={`/uploads/${id}`}>Upload {id.slice(-6)}</Go>;
  return <span className="long">{of}</span>;
}

function signed(delta: string): string {
  return delta.startsWith('-') ? `−${grouped(delta.slice(1))}` : `+${grouped(delta)}`;
}

function Dividends({ id }: { id: string }) {
  return (
    <Pages
      name="holder-dividends"
      title="Entitlements"
      queryKey={['shareholders', id, 'dividends']}
      load={(page) => call('GET /shareholders/{id}/dividends', { params: { id }, query: { ...page } })}
      rowId={(row: Row<'GET /shareholders/{id}/dividends'>) =>
        `${row.dividend_id} ${row.adjustment?.id ?? ''}`
      }
      empty="No dividend was frozen with this holder."
      columns={[
        { id: 'payable', header: 'Payable', isRowHeader: true, cell: (row) => day(row.payable_date) },
        { id: 'record', header: 'Record date', cell: (row) => day(row.record_date) },
        { id: 'class', header: 'Class', cell: (row) => row.security_class },
        {
          id: 'holdings',
          header: 'Shares',
          cell: (row) => <span className="digits long">{grouped(row.holdings)}</span>,
        },
        {
          id: 'amount',
          header: 'Amount',
          cell: (row) => <span className="digits">{money(row.amount, row.currency)}</span>,
        },
        {
          id: 'status',
          header: 'Payment',
          cell: (row) => (row.status === null ? words(row.state) : words(row.status)),
        },
      ]}
    />
  );
}
