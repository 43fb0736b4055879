import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../api/call.ts';
import { faultOf, faultWithin } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { editedOf } from '../../parts/edited.ts';
import { OneOf, optionsIn } from '../../parts/one-of.tsx';
import { PLAN_TYPES, SOURCES, sourcesOf } from '../../parts/plan-terms.ts';
import { WrittenField } from '../../parts/written-field.tsx';
import { linesOf, partsOf, scheduleOf, writtenOf as scheduleWritten } from '../plan/schedule.ts';
import { ScheduleFields } from '../plan/schedule-fields.tsx';

type Document = Answer<'GET /plan-documents/{id}'>;

const ENTRY_DATES = optionsIn(['IMMEDIATE', 'MONTHLY', 'QUARTERLY', 'SEMI_ANNUAL', 'ANNUAL'] as const);
const MATCHED_AS = SOURCES.flatMap(({ value, ...rest }) =>
  value === 'EMPLOYER' || value === 'SAFE_HARBOR' ? [{ value, ...rest }] : [],
);

/** Begins with the terms that come last, whose successors are written; a new document with the most usual ones. */
function writtenOf(of: Document | undefined) {
  const terms = of?.versions.at(-1);
  const match = terms?.match ?? undefined;
  return {
    name: '',
    plan_type: of?.plan_type ?? '401K',
    currency: of?.currency ?? 'USD',
    effective_from: '',
    sources: terms?.sources ?? ['EMPLOYEE', 'EMPLOYER'],
    schedule: scheduleWritten(terms?.vesting_schedule ?? null, true),
    tiers: (match?.tiers ?? []).map(({ rate, up_to }) => `${rate} ${up_to}`).join('\n'),
    source: match?.source ?? 'EMPLOYER',
    annual_cap: match?.annual_cap ?? '',
    pay_periods: String(match?.pay_periods ?? 26),
    true_up: match?.true_up ?? false,
    min_age: String(terms?.min_age ?? 0),
    service_months: String(terms?.service_months ?? 0),
    entry_dates: terms?.entry_dates ?? 'IMMEDIATE',
  };
}
type Written = ReturnType<typeof writtenOf>;

function termsOf({ plan_type, sources, schedule, tiers, ...written }: Written) {
  const { source, annual_cap, pay_periods, true_up, entry_dates } = written;
  const lines = plan_type === '401K' ? linesOf(tiers) : [];
  return {
    sources: sourcesOf(plan_type).flatMap(({ value }) => (sources.includes(value) ? [value] : [])),
    vesting_schedule: scheduleOf(schedule) ?? null,
    match:
      lines.length === 0
        ? null
        : {
            ...{ source, true_up, pay_periods: Number(pay_periods) },
            tiers: lines.map(partsOf).map(([rate = '', up_to = '']) => ({ rate, up_to })),
            ...(annual_cap === '' ? {} : { annual_cap }),
          },
    min_age: Number(written.min_age),
    service_months: Number(written.service_months),
    entry_dates,
  };
}

interface Props {
  /** The document whose terms are changed; undefined: a new one. */
  readonly of?: Document;
  onClose(): void;
}

/** Writes a plan document, or the terms that one has from a day on. */
export function DocumentForm({ of, onClose }: Props) {
  const [seen] = useState(() => writtenOf(of));
  const [written, setWritten] = useState(seen);
  const [refused, setRefused] = useState<Error | null>(null);
  const [, go] = useLocation();
  const change = (changes: Partial<Written>): void => setWritten({ ...written, ...changes });
  const { name, plan_type, currency, effective_from, schedule, tiers } = written;
  const terms = termsOf(written);
  const from = effective_from === '' ? {} : { effective_from };
  const edited = of === undefined ? {} : { ...editedOf(termsOf(seen), terms), ...from };
  const within = (field: string, now: unknown) => faultWithin(refused, field, JSON.stringify(now));
  const text = (
    field: 'currency' | 'effective_from' | 'min_age' | 'service_months' | 'pay_periods' | 'annual_cap',
    label: string,
    description = '',
    pointer: string = field,
  ) => (
    <WrittenField
      label={label}
      description={description}
      value={written[field]}
      fault={faultOf(refused, pointer, written[field])}
      onChange={(next) => change({ [field]: next })}
    />
  );
  const choices = sourcesOf(plan_type);
  return (
    <Act
      verb={of === undefined ? 'Write the document' : 'Change the terms'}
      asks="Whose money it takes, who enters and when, and the match go by the terms in force on the day that counts. People keep the vesting with which they were enrolled."
      {...(of === undefined ? {} : { record: of })}
      disabled={of === undefined ? name.trim() === '' : Object.keys(edited).length === 0}
      content={JSON.stringify([of?.version, name, plan_type, currency, from, terms])}
      send={({ key }) =>
        of === undefined
          ? call('POST /plan-documents', {
              key,
              body: { name: name.trim(), plan_type, currency, ...from, ...terms },
            })
          : call('PATCH /plan-documents/{id}', {
              params: { id: of.id },
              version: of.version,
              body: edited,
            })
      }
      onRefused={setRefused}
      onDone={({ id }) => go(`/plan-documents/${id}`)}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {of === undefined && (
          <FormField label="Name" errorText={faultOf(refused, 'name', name) ?? ''}>
            <Input value={name} onChange={({ detail }) => change({ name: detail.value })} />
          </FormField>
        )}
        {of === undefined && (
          <ColumnLayout columns={2}>
            <FormField label="Of plans" errorText={faultOf(refused, 'plan_type', plan_type) ?? ''}>
              <OneOf
                options={PLAN_TYPES}
                value={plan_type}
                onChange={(chosen) => change({ plan_type: chosen })}
              />
            </FormField>
            {text('currency', 'Currency')}
          </ColumnLayout>
        )}
        {choices.length > 0 && (
          <FormField label="Takes money of" errorText={within('sources', terms.sources) ?? ''}>
            {choices.map(({ value, label }) => (
              <Checkbox
                key={value}
                checked={written.sources.includes(value)}
                onChange={({ detail }) =>
                  change({
                    sources: detail.checked
                      ? [...written.sources, value]
                      : written.sources.filter((one) => one !== value),
                  })
                }
              >
                {label}
              </Checkbox>
            ))}
          </FormField>
        )}
        <ScheduleFields
          value={schedule}
          none="At once"
          fault={(field) =>
            within(`vesting_schedule/${field}`, schedule) ??
            (field === 'condition/event' ? faultOf(refused, 'vesting_schedule', schedule.event) : '') ??
            ''
          }
          onChange={(next) => change({ schedule: next })}
        />
        {plan_type === '401K' && (
          <FormField
            label="Employer’s match"
            description="One tier a line: the percent that the employer adds, and up to which percent of pay. Nothing for no match."
            errorText={within('match/tiers', tiers) ?? faultOf(refused, 'match', tiers) ?? ''}
          >
            <Textarea
              value={tiers}
              rows={2}
              placeholder={'100 3\n50 5'}
              onChange={({ detail }) => change({ tiers: detail.value })}
            />
          </FormField>
        )}
        {terms.match !== null && (
          <ColumnLayout columns={2}>
            <FormField label="Matched as" errorText={within('match/source', terms) ?? ''}>
              <OneOf options={MATCHED_AS} value={written.source} onChange={(source) => change({ source })} />
            </FormField>
            {text('pay_periods', 'Pay periods a year', '', 'match/pay_periods')}
            {text('annual_cap', `At most a year, in ${currency}`, '', 'match/annual_cap')}
            <Checkbox
              checked={written.true_up}
              onChange={({ detail }) => change({ true_up: detail.checked })}
            >
              True up the year as a whole
            </Checkbox>
          </ColumnLayout>
        )}
        <ColumnLayout columns={2}>
          {text('min_age', 'From age')}
          {text('service_months', 'After months of service')}
          <FormField label="People enter">
            <OneOf
              options={ENTRY_DATES}
              value={written.entry_dates}
              onChange={(entry_dates) => change({ entry_dates })}
            />
          </FormField>
          {text('effective_from', 'In force from', 'YYYY-MM-DD; today, unless you say.')}
        </ColumnLayout>
      </SpaceBetween>
    </Act>
  );
}
