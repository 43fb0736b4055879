import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { call, newKey } from '../api/call.ts';
import { faultOf, Problem } from '../api/problem.ts';
import type { Answer } from '../api/routes.ts';
import { ClassChoice } from '../parts/class-choice.tsx';
import { ComputedFirst } from '../parts/computed-first.tsx';
import { counted, day, grouped, money } from '../parts/format.ts';
import { HolderLink } from '../parts/holder.tsx';
import { OneOf, optionsOf } from '../parts/one-of.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Rows } from '../parts/rows.tsx';
import { WrittenField } from '../parts/written-field.tsx';
import { sharesOf } from './split.tsx';
import { FRACTIONS, ratioOf, type Split } from './splits/split-list.tsx';

type Preview = Extract<Answer<'POST /corporate-actions'>, { readonly after: string }>;

const ABOVE = { text: 'Splits', path: '/splits' };
const WAYS = optionsOf(FRACTIONS);
const WHOLE = /^\d{1,5}$/;

const EMPTY = {
  security_class: 'COMMON',
  numerator: '',
  denominator: '1',
  fractions: 'KEEP' as Split['fractions'],
  effective_date: '',
  price_per_share: '',
  currency: 'USD',
  payable_date: '',
};
type Terms = typeof EMPTY;

/**
 * Returns a side of the ratio, which is a number to the API.
 * @throws Problem of the field, where the text is no whole number
 */
function sideOf(text: string, field: string): number {
  if (WHOLE.test(text)) return Number(text);
  const message = 'must be a whole number, such as 2';
  throw new Problem({
    title: 'The request is not valid',
    errors: [{ pointer: `/${field}`, code: 'invalid', message }],
  });
}

function bodyOf({ numerator, denominator, price_per_share, currency, payable_date, ...terms }: Terms) {
  const cash = { price_per_share, currency, payable_date };
  return {
    kind: 'SPLIT' as const,
    ...terms,
    numerator: sideOf(numerator, 'numerator'),
    denominator: sideOf(denominator, 'denominator'),
    ...(terms.fractions === 'CASH' ? cash : {}),
  };
}

/** Proposes a split. It is computed first, and shown; a second person approves it. */
export default function ProposeSplit() {
  const [search] = useSearchParams();
  const [terms, setTerms] = useState({ ...EMPTY, security_class: search.get('class') ?? 'COMMON' });
  // One proposal, however often it has to be sent: other terms are another one.
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const preview = useMutation({
    mutationFn: async (sent: Terms) => {
      const answer = await call('POST /corporate-actions', {
        query: { dry_run: 'true' },
        body: bodyOf(sent),
        key: newKey(),
      });
      return answer as Preview;
    },
  });
  const propose = useMutation({
    mutationFn: async (sent: Terms) => call('POST /corporate-actions', { body: bodyOf(sent), key }),
    onSuccess: (answer) => {
      void queries.invalidateQueries({ queryKey: ['approvals'] });
      if ('id' in answer) go(`/approvals/${answer.id}`);
    },
  });
  const change = (changes: Partial<Terms>): void => {
    setTerms({ ...terms, ...changes });
    setKey(newKey());
    preview.reset();
    propose.reset();
  };
  const problem = propose.error ?? preview.error;
  return (
    <ComputedFirst
      title="Propose a split"
      above={ABOVE}
      problem={problem}
      terms={<TermsForm terms={terms} problem={problem} onChange={change} />}
      isComputing={preview.isPending}
      onCompute={() => preview.mutate(terms)}
    >
      {preview.data !== undefined && (
        <Computed preview={preview.data}>
          <Button variant="primary" loading={propose.isPending} onClick={() => propose.mutate(terms)}>
            Propose it
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
  const field = (name: keyof Terms, label: string, description: string) => (
    <WrittenField
      key={name}
      label={label}
      description={description}
      value={terms[name]}
      fault={faultOf(problem, name)}
      onChange={(text) => onChange({ [name]: text })}
    />
  );
  return (
    <ColumnLayout columns={3}>
      <FormField label="Class" errorText={faultOf(problem, 'security_class') ?? ''}>
        <ClassChoice
          value={terms.security_class}
          onChange={(security_class) => onChange({ security_class })}
        />
      </FormField>
      {field('numerator', 'Shares after', 'For each of those before, such as 2.')}
      {field('denominator', 'Shares before', 'Such as 1: two for one.')}
      {field('effective_date', 'Effective date', 'YYYY-MM-DD. It counts from the beginning of this day.')}
      <FormField label="Fractions" errorText={faultOf(problem, 'fractions') ?? ''}>
        <OneOf options={WAYS} value={terms.fractions} onChange={(fractions) => onChange({ fractions })} />
      </FormField>
      {terms.fractions === 'CASH' && [
        field('price_per_share', 'Price of a share', 'Of a whole one, after the split.'),
        field('currency', 'Currency', 'Three letters, such as USD.'),
        field('payable_date', 'Payable date', 'YYYY-MM-DD, at most 59 days later.'),
      ]}
    </ColumnLayout>
  );
}

function Computed({ preview, children }: { preview: Preview; children: ReactNode }) {
  const { cash } = preview;
  return (
    <Pairs
      title="What it comes to"
      answer={preview}
      items={[
        ['Ratio', ratioOf(preview)],
        ['Effective', day(preview.effective_date)],
        ...sharesOf(preview),
        ...(cash === undefined
          ? []
          : ([
              ['Paid in cash', money(cash.total_amount, cash.currency)],
              ['Of it withheld', money(cash.withheld_amount, cash.currency)],
              ['Paid to', counted(cash.holders, 'holder', 'holders')],
            ] as const)),
      ]}
    >
      {cash !== undefined && (
        <Rows
          name="largest-fractions"
          title="The largest"
          headingTag="h3"
          variant="embedded"
          items={cash.largest}
          rowId={({ shareholder_id }) => shareholder_id}
          empty="Nobody has a fraction."
          columns={[
            {
              id: 'ref',
              header: 'Holder',
              isRowHeader: true,
              cell: (row) => <HolderLink id={row.shareholder_id} name={row.external_ref} />,
            },
            { id: 'holdings', header: 'Shares before', cell: (row) => grouped(row.holdings) },
            { id: 'fraction', header: 'Left over', cell: (row) => grouped(row.fraction) },
            { id: 'amount', header: 'Amount', cell: (row) => money(row.amount, cash.currency) },
            { id: 'withheld', header: 'Withheld', cell: (row) => money(row.withheld, cash.currency) },
          ]}
        />
      )}
      {children}
    </Pairs>
  );
}
