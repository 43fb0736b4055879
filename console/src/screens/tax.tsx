import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed } from '../parts/act.tsx';
import { useAddress } from '../parts/address.ts';
import { useChoice } from '../parts/choice.tsx';
import { day, instant, money } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { OneOf, optionsOf } from '../parts/one-of.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Amount } from '../parts/payment.tsx';
import { Person } from '../parts/person.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { WrittenField } from '../parts/written-field.tsx';
import { Forms1042, Forms1099 } from './tax/tax-forms.tsx';

const TABS = ['paid', '1099-div', '1042-s'] as const;

/** Tax on dividends: what is withheld, what of it was paid to the authority, and the data of the forms of a year. */
export default function Tax({ me }: { me: Me }) {
  const [, set] = useAddress();
  const [, go] = useLocation();
  const tab = useChoice('tab', TABS) ?? 'paid';
  const [isOpen, setOpen] = useState(false);
  const [proposed, setProposed] = useState<string>();
  return (
    <Screen
      title="Tax"
      description="Tax that is withheld from dividends is owed to the authority until it has been paid there, which happens outside of here."
      actions={
        tab === 'paid' ? (
          operates(me) && (
            <Button variant="primary" onClick={() => setOpen(true)}>
              Record a payment
            </Button>
          )
        ) : (
          <Button onClick={() => go(`/reports?report=${tab}`)}>Write it to a file</Button>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Owed />
      <Tabs
        activeTabId={tab}
        onChange={({ detail }) => set({ tab: detail.activeTabId })}
        tabs={[
          { id: 'paid', label: 'Paid', content: <Remittances me={me} /> },
          { id: '1099-div', label: 'Forms 1099-DIV', content: <Forms1099 /> },
          { id: '1042-s', label: 'Forms 1042-S', content: <Forms1042 /> },
        ]}
      />
      {isOpen && <Remit onProposed={setProposed} onClose={() => setOpen(false)} />}
    </Screen>
  );
}

/** The account of what is withheld, in each currency. */
function Owed() {
  const { data, error } = useQuery({
    queryKey: ['tax', 'owed'],
    queryFn: () => call('GET /reports/trial-balance'),
  });
  if (error !== null) return <ProblemAlert problem={error} />;
  if (data === undefined) return null;
  const accounts = data.data.filter(({ account }) => account === 'TAX_WITHHELD');
  return (
    <Pairs
      title="What is withheld"
      columns={3}
      answer={data}
      items={accounts.flatMap(({ currency, credits, debits, balance }) => [
        ['Withheld', money(credits, currency)],
        ['Paid, or no longer withheld', money(debits, currency)],
        // A debt is a credit: the account has it below zero.
        ['Still owed', money(balance.startsWith('-') ? balance.slice(1) : `-${balance}`, currency)],
      ])}
    >
      {accounts.length === 0 && 'Nothing was withheld from any dividend.'}
      <Go to="/approvals?kind=tax-remittance">Payments that wait for a second person</Go>
    </Pairs>
  );
}

function Remittances({ me }: { me: Me }) {
  return (
    <Pages
      name="tax-remittances"
      title="Paid to the authority"
      description="The newest first. What is below zero came back."
      queryKey={['tax', 'remittances']}
      counted
      load={(page) => call('GET /tax-remittances', { query: { ...page } })}
      rowId={(row: Row<'GET /tax-remittances'>) => row.id}
      empty="Nothing is recorded."
      columns={[
        { id: 'paid', header: 'Paid', isRowHeader: true, cell: (row) => day(row.paid_on) },
        { id: 'form', header: 'Return', minWidth: 150, cell: (row) => FORMS[row.form] },
        { id: 'amount', header: 'Amount', cell: (row) => <Amount {...row} /> },
        {
          id: 'reference',
          header: 'Reference',
          minWidth: 160,
          cell: (row) => (
            <span className="tight" dir="auto">
              {row.reference}
            </span>
          ),
        },
        {
          id: 'by',
          header: 'Recorded by',
          minWidth: 150,
          cell: (row) => (row.created_by === null ? '–' : <Person id={row.created_by} me={me} />),
        },
        {
          id: 'approved',
          header: 'Approved by',
          minWidth: 150,
          cell: (row) => <Person id={row.approved_by} me={me} />,
        },
        {
          id: 'at',
          header: 'Recorded',
          minWidth: 160,
          cell: (row) => instant(row.created_at, me.tenant?.time_zone),
        },
      ]}
    />
  );
}

const FORMS = { '945': '945, backup withholding', '1042': '1042, nonresidents' };
const EMPTY = { amount: '', currency: 'USD', paid_on: '', reference: '' };

interface RemitProps {
  onProposed(approvalId: string): void;
  onClose(): void;
}

function Remit({ onProposed, onClose }: RemitProps) {
  const [written, setWritten] = useState(EMPTY);
  const [form, setForm] = useState<keyof typeof FORMS>('945');
  const [refused, setRefused] = useState<Error | null>(null);
  const body = { ...written, form };
  const field = (name: keyof typeof EMPTY, label: string, description = '') => (
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
      verb="Record the payment"
      asks="It moves no money: it says that tax was paid, as by EFTPS. A second person approves it."
      disabled={Object.values(body).includes('')}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /tax-remittances', { key, body })}
      onRefused={setRefused}
      onDone={(request) => onProposed(request.id)}
      onClose={onClose}
    >
      <FormField label="Return">
        <OneOf options={optionsOf(FORMS)} value={form} onChange={(chosen) => setForm(chosen)} />
      </FormField>
      {field('amount', 'Amount', 'Such as 1200.00. A minus: it came back, or was a mistake.')}
      {field('currency', 'Currency')}
      {field('paid_on', 'Paid', 'YYYY-MM-DD, today or earlier.')}
      <FormField
        label="Reference"
        description="Of the payment, such as its EFT acknowledgment number."
        errorText={faultOf(refused, 'reference', written.reference) ?? ''}
      >
        <Input
          value={written.reference}
          onChange={({ detail }) => setWritten({ ...written, reference: detail.value })}
        />
      </FormField>
    </Act>
  );
}
