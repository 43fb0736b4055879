import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { OneOf } from '../../parts/one-of.tsx';
import type { Written } from './schedule.ts';

const TYPES: Readonly<Record<Written['type'], string>> = {
  document: 'As its plan document says',
  graded: 'Bit by bit',
  cliff: 'All at once',
  tranches: 'In parts of their own',
};

interface Props {
  readonly value: Written;
  readonly hasDocument: boolean;
  onChange(next: Written): void;
  /** Says what is wrong with a field of the schedule, by the API's name. */
  fault(field: string): string;
}

export function ScheduleFields({ value, hasDocument, onChange, fault }: Props) {
  const options = (Object.keys(TYPES) as Written['type'][])
    .filter((type) => type !== 'document' || hasDocument)
    .map((type) => ({ value: type, label: TYPES[type] }));
  const number = (label: string, name: 'total' | 'cliff' | 'every', field: string, placeholder = '') => (
    <FormField key={name} label={label} errorText={fault(field)}>
      <Input
        value={value[name]}
        inputMode="numeric"
        placeholder={placeholder}
        onChange={({ detail }) => onChange({ ...value, [name]: detail.value.trim() })}
      />
    </FormField>
  );
  const { type } = value;
  return (
    <SpaceBetween size="m">
      <FormField label="Vests">
        <OneOf options={options} value={type} onChange={(chosen) => onChange({ ...value, type: chosen })} />
      </FormField>
      {type === 'graded' && (
        <ColumnLayout columns={3}>
          {number('Over months', 'total', 'total_months')}
          {number('Nothing before month', 'cliff', 'cliff_months', '0')}
          {number('Every so many months', 'every', 'every_months', '1')}
        </ColumnLayout>
      )}
      {type === 'cliff' && number('After months', 'cliff', 'cliff_months')}
      {type === 'tranches' && (
        <FormField
          label="Parts"
          description="One a line: after how many months, and how many percent, or which fraction."
          errorText={fault('tranches')}
        >
          <Textarea
            value={value.tranches}
            rows={4}
            placeholder={'12 25\n24 75'}
            onChange={({ detail }) => onChange({ ...value, tranches: detail.value })}
          />
        </FormField>
      )}
      {type !== 'document' && (
        <FormField
          label="And not before an event"
          constraintText="Optional: its name, such as IPO."
          errorText={fault('condition/event')}
        >
          <Input value={value.event} onChange={({ detail }) => onChange({ ...value, event: detail.value })} />
        </FormField>
      )}
    </SpaceBetween>
  );
}
