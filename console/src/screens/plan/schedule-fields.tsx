import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { OneOf, type Option, optionsOf } from '../../parts/one-of.tsx';
import type { Written } from './schedule.ts';

const TYPES: Readonly<Record<Exclude<Written['type'], 'none'>, string>> = {
  graded: 'Bit by bit',
  cliff: 'All at once',
  tranches: 'In parts of their own',
};

interface Props {
  readonly value: Written;
  /** The choice of no schedule in words; undefined where one has to be written. */
  readonly none: string | undefined;
  onChange(next: Written): void;
  /** Says what is wrong with a field of the schedule, by the API's name. */
  fault(field: string): string;
}

export function ScheduleFields({ value, none, onChange, fault }: Props) {
  const options: readonly Option<Written['type']>[] = [
    ...(none === undefined ? [] : [{ value: 'none' as const, label: none }]),
    ...optionsOf(TYPES),
  ];
  const text = (
    label: string,
    name: Exclude<keyof Written, 'type' | 'tranches'>,
    field: string,
    placeholder = '',
  ) => (
    <FormField key={name} label={label} errorText={fault(field)}>
      <Input
        value={value[name]}
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
          {text('Over months', 'total', 'total_months')}
          {text('Nothing before month', 'cliff', 'cliff_months', '0')}
          {text('Every so many months', 'every', 'every_months', '1')}
          {text('Vests in that month', 'portion', 'cliff_portion', 'Its share, or 1/4')}
        </ColumnLayout>
      )}
      {type === 'cliff' && text('After months', 'cliff', 'cliff_months')}
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
      {type !== 'none' && (
        <ColumnLayout columns={2}>
          {text('On day of the month', 'dayOfMonth', 'day_of_month', 'As it began')}
          <FormField label="And not before an event" errorText={fault('condition/event')}>
            <Input
              value={value.event}
              placeholder="Optional, such as IPO"
              onChange={({ detail }) => onChange({ ...value, event: detail.value })}
            />
          </FormField>
        </ColumnLayout>
      )}
    </SpaceBetween>
  );
}
