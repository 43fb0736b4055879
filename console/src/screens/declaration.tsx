import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { call, isProblem, newKey } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Answer } from '../api/routes.ts';
import { ClassChoice } from '../parts/class-choice.tsx';
import { ComputedFirst } from '../parts/computed-first.tsx';
import { counted, day, grouped, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Rows } from '../parts/rows.tsx';

type Preview = Answer<'POST /dividends/preview'>;

const ABOVE = { text: 'Dividends', path: '/dividends' };
const BASES = [
  { value: 'rate_per_share', label: 'A rate per share' },
  { value: 'total_pool', label: 'A pool for all' },
] as const;

const EMPTY = {
  security_class: 'COMMON',
  currency: 'USD',
  record_date: '',
  payable_date: '',
  basis: 'rate_per_share' as (typeof BASES)[number]['value'],
  amount: '',
};
type Terms = typeof EMPTY;

function bodyOf({ basis, amount, ...terms }: Terms, repeats = false) {
  return { ...terms, [basis]: amount, ...(repeats ? { repeats_terms: true } : {}) };
}

/** Declares a dividend. It is computed first, with the very rules by which it is paid, and shown. */
export default function Declaration() {
  const [terms, setTerms] = useState(EMPTY);
  const [repeats, setRepeats] = useState(false);
  // One declaration, however often it has to be sent: other terms are another one.
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const preview = useMutation({
    mutationFn: (sent: Terms) => call('POST /dividends/preview', { body: bodyOf(sent) }),
  });
  const declare = useMutation({
    mutationFn: (sent: Terms) => call('POST /dividends/schedule', { body: bodyOf(sent, repeats), key }),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['dividends'] });
      go(`/dividends/${id}`);
    },
    onError: (error) => {
      if (!isProblem(error) || error.slug !== 'dividend-exists') return;
      setRepeats(true);
      setKey(newKey());
    },
  });
  const change = (changes: Partial<Terms>): void => {
    setTerms({ ...terms, ...changes });
    setRepeats(false);
    setKey(newKey());
    preview.reset();
    declare.reset();
  };
  const problem = declare.error ?? preview.error;
  return (
    <ComputedFirst
      title="Declare a dividend"
      above={ABOVE}
      problem={problem}
      terms={<TermsForm terms={terms} problem={problem} onChange={change} />}
      isComputing={preview.isPending}
      onCompute={() => preview.mutate(terms)}
    >
      {preview.data !== undefined && (
        <Computed preview={preview.data} currency={terms.currency}>
          {repeats && (
            <Alert type="warning">
              A dividend with the same terms stands. Declare it only if it is another one.
            </Alert>
          )}
          <Button variant="primary" loading={declare.isPending} onClick={() => declare.mutate(terms)}>
            {repeats ? 'Declare another one' : 'Declare it'}
          </Button>
        </Computed>
      )}
    </ComputedFirst>
  );
}

interface TermsFormProps {
  readonly terms: Terms;
  readonly problem: Error | null;
  onChange(changes: Partial<Terms>): void;
}

function TermsForm({ terms, problem, onChange }: TermsFormProps) {
  const fault = (field: string) => ({ errorText: faultOf(problem, field) ?? '' });
  return (
    <ColumnLayout columns={3}>
      <FormField label="Class" {...fault('security_class')}>
        <ClassChoice
          value={terms.security_class}
          onChange={(security_class) => onChange({ security_class })}
        />
      </FormField>
      <FormField
        label="Record date"
        description="Holders at its close are entitled."
        {...fault('record_date')}
      >
        <Input
          value={terms.record_date}
          placeholder="YYYY-MM-DD"
          onChange={({ detail }) => onChange({ record_date: detail.value.trim() })}
        />
      </FormField>
      <FormField label="Payable date" description="At most 60 days later." {...fault('payable_date')}>
        <Input
          value={terms.payable_date}
          placeholder="YYYY-MM-DD"
          onChange={({ detail }) => onChange({ payable_date: detail.value.trim() })}
        />
      </FormField>
      <FormField label="Basis">
        <OneOf options={BASES} value={terms.basis} onChange={(basis) => onChange({ basis })} />
      </FormField>
      <FormField
        label={terms.basis === 'total_pool' ? 'Pool' : 'Rate'}
        description="Such as 0.125, without separators."
        {...fault(terms.basis)}
      >
        <Input
          value={terms.amount}
          inputMode="decimal"
          onChange={({ detail }) => onChange({ amount: detail.value.trim() })}
        />
      </FormField>
      <FormField label="Currency" description="Three letters, such as USD." {...fault('currency')}>
        <Input
          value={terms.currency}
          onChange={({ detail }) => onChange({ currency: detail.value.trim().toUpperCase() })}
        />
      </FormField>
    </ColumnLayout>
  );
}

interface ComputedProps {
  readonly preview: Preview;
  readonly currency: string;
  readonly children: ReactNode;
}

function Computed({ preview, currency, children }: ComputedProps) {
  const {
    holders,
    payable_holders,
    total_amount,
    withheld_amount,
    residual,
    is_final,
    blocked_reasons,
    largest,
  } = preview;
  return (
    <Pairs
      title="What it comes to"
      answer={preview}
      items={[
        [
          'Total',
          <Box key="total" fontWeight="bold">
            {money(total_amount, currency)}
          </Box>,
        ],
        [
          'Withheld for tax',
          <span key="withheld" className="digits">
            {money(withheld_amount, currency)}
          </span>,
        ],
        ['Holders', counted(holders, 'holder', 'holders')],
        ['Paid', counted(payable_holders, 'holder', 'holders')],
        [
          'Rounding',
          <span key="residual" className="digits">
            {money(residual, currency)}
          </span>,
        ],
        ['Positions of', day(preview.positions_as_of)],
        ['Frozen from', day(preview.frozen_from)],
        ['Banks pay from', day(preview.first_banking_day)],
        ['Can it change?', is_final ? 'Only by back-dated entries' : 'Until the record date is over'],
      ]}
    >
      {blocked_reasons.length > 0 && (
        <Alert type="warning">Nothing of it could be paid: {blocked_reasons.map(words).join(', ')}.</Alert>
      )}
      <Rows
        name="largest"
        title="The largest"
        headingTag="h3"
        variant="embedded"
        items={largest}
        rowId={({ shareholder_id }) => shareholder_id}
        empty="Nobody would be entitled."
        columns={[
          {
            id: 'ref',
            header: 'Reference',
            isRowHeader: true,
            cell: (row) => <Go to={`/shareholders/${row.shareholder_id}`}>{row.external_ref}</Go>,
          },
          {
            id: 'holdings',
            header: 'Shares',
            cell: (row) => <span className="digits">{grouped(row.holdings)}</span>,
          },
          {
            id: 'amount',
            header: 'Amount',
            cell: (row) => <span className="digits">{money(row.amount, currency)}</span>,
          },
          {
            id: 'withheld',
            header: 'Withheld',
            cell: (row) => <span className="digits">{money(row.withheld, currency)}</span>,
          },
        ]}
      />
      {children}
    </Pairs>
  );
}
