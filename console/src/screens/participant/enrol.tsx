import FormField from '@cloudscape-design/components/form-field';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import { Act } from '../../parts/act.tsx';
import { OneOf, type Option } from '../../parts/one-of.tsx';
import { PLAN_TYPES } from '../../parts/plan-terms.ts';
import { WrittenField } from '../../parts/written-field.tsx';

/** Enrols a person: by a plan document, which says its terms, or in a plan of a type without one. */
export function Enrol({ employee, onClose }: { employee: string; onClose(): void }) {
  const [under, setUnder] = useState<string>('');
  const [on, setOn] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const [, go] = useLocation();
  const { data } = useQuery({
    queryKey: ['plan-documents', 'choices'],
    queryFn: () => call('GET /plan-documents', { query: { limit: '200' } }),
  });
  const type = PLAN_TYPES.find(({ value }) => value === under)?.value;
  const options: readonly Option<string>[] = [
    ...(data?.data ?? []).map(({ id, name, plan_type }) => ({
      value: id,
      label: name,
      description: `Plan document, ${plan_type}`,
    })),
    ...PLAN_TYPES.map(({ value, label }) => ({ value, label, description: 'Without a plan document' })),
  ];
  const body = {
    employee_id: employee,
    ...(type === undefined ? { plan_document_id: under } : { plan_type: type }),
    ...(on === '' ? {} : { enrolled_on: on }),
  };
  return (
    <Act
      verb="Enrol them"
      asks="A person has one active plan of each type. Without a plan document, everything vests at once; shares are granted on the plan’s page."
      disabled={under === ''}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /plans/enroll', { key, body })}
      onRefused={setRefused}
      onDone={({ id }) => go(`/plans/${id}`)}
      onClose={onClose}
    >
      <FormField label="In" errorText={faultOf(refused, 'plan_type', under) ?? ''}>
        <OneOf options={options} value={under} placeholder="Choose one" onChange={setUnder} />
      </FormField>
      <WrittenField
        label="From"
        description="YYYY-MM-DD; today, unless you say."
        value={on}
        fault={faultOf(refused, 'enrolled_on', on)}
        onChange={setOn}
      />
    </Act>
  );
}
