import FormField from '@cloudscape-design/components/form-field';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer, Row } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { day, money, words } from '../../parts/format.ts';
import { OneOf } from '../../parts/one-of.tsx';
import { type Source, sourcesOf } from '../../parts/plan-terms.ts';
import { WrittenField } from '../../parts/written-field.tsx';

type Plan = Answer<'GET /plans/{id}'>;
export type Contribution = Row<'GET /plans/{id}/contributions'>;

/** Records one contribution, such as the final pay of somebody who has left. */
export function RecordContribution({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const [amount, setAmount] = useState('');
  const [on, setOn] = useState('');
  const [source, setSource] = useState<Source>('EMPLOYEE');
  const [refused, setRefused] = useState<Error | null>(null);
  const body = {
    ...{ amount, source, currency: plan.currency },
    ...(on === '' ? {} : { effective_date: on }),
  };
  return (
    <Act
      verb="Record the contribution"
      asks="It moves the balance at once, or on its day where that is ahead. A plan that has ended takes final pay for 75 days. What a limit refuses, the answer names."
      disabled={amount === ''}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /plans/{id}/contributions', { params: { id: plan.id }, key, body })}
      onRefused={setRefused}
      onClose={onClose}
    >
      <WrittenField
        label={`Amount, in ${plan.currency}`}
        description="Without separators."
        value={amount}
        fault={faultOf(refused, 'amount', amount)}
        inputMode="decimal"
        onChange={setAmount}
      />
      <FormField label="From" errorText={faultOf(refused, 'source', source) ?? ''}>
        <OneOf options={sourcesOf(plan.plan_type)} value={source} onChange={(chosen) => setSource(chosen)} />
      </FormField>
      <WrittenField
        label="Counts from"
        description="YYYY-MM-DD; today, unless you say."
        value={on}
        fault={faultOf(refused, 'effective_date', on)}
        onChange={setOn}
      />
    </Act>
  );
}

interface ReverseProps {
  readonly plan: Plan;
  readonly contribution: Contribution;
  onClose(): void;
}

export function ReverseContribution({ plan, contribution, onClose }: ReverseProps) {
  const { id, amount, currency, source, effective_date } = contribution;
  return (
    <Act
      verb="Take the contribution back"
      asks={`${money(amount, currency)} of ${day(effective_date)}, ${words(source).toLowerCase()}. An entry of the opposite amount is added, of the same day; a payroll file can pay its period again.`}
      content={id}
      send={({ key }) =>
        call('POST /plans/{id}/contributions/{contribution_id}/reverse', {
          params: { id: plan.id, contribution_id: id },
          key,
        })
      }
      onClose={onClose}
    />
  );
}
