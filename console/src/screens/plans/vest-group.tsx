import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../../api/call.ts';
import { faultOf, faultWithin } from '../../api/problem.ts';
import { Act, proposedBy } from '../../parts/act.tsx';
import { amountIn, counted, day } from '../../parts/format.ts';
import { OneOf } from '../../parts/one-of.tsx';
import { PLAN_TYPES, type PlanType } from '../../parts/plan-terms.ts';
import { ProblemAlert } from '../../parts/problem-alert.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

const EMPTY = { left_from: '', left_to: '', date: '' };

/** Vests all plans of a group fully, where a plan ends in part. It is computed first, and a second person approves it. */
export function VestGroup({ onClose }: { onClose(): void }) {
  const [plan_type, setType] = useState<PlanType>('401K');
  const [document, setDocument] = useState('');
  const [days, setDays] = useState(EMPTY);
  const [named, setNamed] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const [, go] = useLocation();
  const { data } = useQuery({
    queryKey: ['plan-documents', 'choices', plan_type],
    queryFn: () => call('GET /plan-documents', { query: { plan_type, limit: '200' } }),
  });
  const documents = [
    { value: '', label: 'Of any document, or none' },
    ...(data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  const plans = named.split(/[\s,]+/).filter((id) => id !== '');
  const body = {
    plan_type,
    ...(document === '' ? {} : { plan_document_id: document }),
    ...Object.fromEntries(Object.entries(days).filter(([, on]) => on !== '')),
    ...(plans.length === 0 ? {} : { plans }),
  };
  const content = JSON.stringify(body);
  const preview = useMutation({
    mutationFn: async (asked: string) => {
      const answer = await call('POST /partial-terminations', {
        query: { dry_run: 'true' },
        body,
        key: newKey(),
      });
      return { asked, shown: 'vests' in answer ? answer : undefined };
    },
  });
  const shown = preview.data?.asked === content ? preview.data.shown : undefined;
  const problem = preview.error ?? refused;
  const field = (name: keyof typeof EMPTY, label: string, description: string) => (
    <WrittenField
      label={label}
      description={description}
      value={days[name]}
      fault={faultOf(problem, name, days[name])}
      onChange={(text) => setDays({ ...days, [name]: text })}
    />
  );
  return (
    <Act
      verb="Vest the group fully"
      asks="Where so many leave that a plan ends in part, all of them are fully vested: shares, and the employer’s money, with what was forfeited of it. A second person approves it, and it can’t be taken back."
      reason={{ most: 200 }}
      disabled={shown === undefined}
      content={content}
      send={({ key, reason }) =>
        call('POST /partial-terminations', { key, body: reason === '' ? body : { ...body, reason } })
      }
      onRefused={setRefused}
      onDone={(answer) => go(`/approvals/${proposedBy(answer) ?? ''}`)}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={2}>
          <FormField label="Plans">
            <OneOf
              options={PLAN_TYPES}
              value={plan_type}
              onChange={(chosen) => {
                setType(chosen);
                setDocument('');
              }}
            />
          </FormField>
          <FormField label="Plan document">
            <OneOf options={documents} value={document} onChange={setDocument} />
          </FormField>
          {field('left_from', 'Ended from', 'YYYY-MM-DD, the first last day.')}
          {field('left_to', 'Ended until', 'YYYY-MM-DD, the last one.')}
        </ColumnLayout>
        <FormField
          label="Or these plans"
          description="The ids that end the addresses of their pages."
          errorText={faultWithin(problem, 'plans', named) ?? ''}
        >
          <Textarea value={named} rows={2} onChange={({ detail }) => setNamed(detail.value)} />
        </FormField>
        {field(
          'date',
          'Vests on',
          'YYYY-MM-DD: today, unless you say. Whoever left before vests on their last day.',
        )}
        {preview.error !== null && <ProblemAlert problem={preview.error} />}
        <Button loading={preview.isPending} onClick={() => preview.mutate(content)}>
          Show what vests
        </Button>
        {shown !== undefined && (
          <Alert
            type="info"
            header={`${counted(shown.plans, 'plan vests', 'plans vest')} on ${day(shown.date)}`}
          >
            {shown.vests.map(({ unit, amount }) => amountIn(unit, amount)).join(', ')}.{' '}
            {shown.unchanged > 0 &&
              `${counted(shown.unchanged, 'plan has', 'plans have')} nothing unvested, and stay as they are. `}
            What was forfeited comes back from the forfeiture account, which has to hold it.
          </Alert>
        )}
      </SpaceBetween>
    </Act>
  );
}
