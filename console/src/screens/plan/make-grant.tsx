import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { counted, day, grouped } from '../../parts/format.ts';
import { ProblemAlert } from '../../parts/problem-alert.tsx';
import { VestingChart } from '../../parts/vesting-chart.tsx';
import { type Plan, type Schedule, scheduleOf, writtenOf } from './schedule.ts';
import { ScheduleFields } from './schedule-fields.tsx';

interface Props {
  readonly plan: Plan;
  onClose(): void;
}

/** Grants shares: the first time, and to those who have some. When they would vest is computed by the API before anything is stored. */
export function MakeGrant({ plan, onClose }: Props) {
  const hasDocument = plan.plan_document_id !== null;
  const [quantity, setQuantity] = useState('');
  const [on, setOn] = useState('');
  const [from, setFrom] = useState('');
  const [written, setWritten] = useState(() => writtenOf(plan.vesting_schedule, hasDocument));
  const [refused, setRefused] = useState<Error | null>(null);
  const schedule = scheduleOf(written);
  const body = {
    quantity,
    grant_date: on,
    ...(from === '' ? {} : { vesting_start: from }),
    ...(schedule === undefined ? {} : { vesting_schedule: schedule }),
  };
  const content = JSON.stringify(body);
  const preview = useMutation({
    mutationFn: async ({ asked, given }: { readonly asked: string; readonly given: Schedule }) => {
      const computed = await call('POST /vesting/calculate', {
        body: { quantity, grant_date: on, vesting_start: from === '' ? on : from, schedule: given },
      });
      return { asked, computed };
    },
  });
  const shown = preview.data?.asked === content ? preview.data.computed : undefined;
  const problem = preview.error ?? refused;
  const fault = (field: string): string => faultOf(problem, field) ?? '';
  const anew = (): void => {
    preview.reset();
    setRefused(null);
  };
  return (
    <Act
      verb="Grant the shares"
      asks={
        plan.granted === null
          ? 'The first grant of this plan.'
          : `Beside ${grouped(plan.granted)} shares that it has been granted. The grants that it has go on as they are.`
      }
      disabled={quantity === '' || on === ''}
      content={`${plan.id} ${plan.version} ${content}`}
      send={({ key }) =>
        call('POST /plans/{id}/grants', { params: { id: plan.id }, version: plan.version, key, body })
      }
      record={plan}
      onRefused={setRefused}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={3}>
          <FormField label="Shares" errorText={fault('quantity')}>
            <Input
              value={quantity}
              inputMode="decimal"
              onChange={({ detail }) => {
                setQuantity(detail.value.trim());
                anew();
              }}
            />
          </FormField>
          <FormField label="Granted on" errorText={fault('grant_date')}>
            <Input
              value={on}
              placeholder="YYYY-MM-DD"
              onChange={({ detail }) => {
                setOn(detail.value.trim());
                anew();
              }}
            />
          </FormField>
          <FormField label="Vests from" errorText={fault('vesting_start')}>
            <Input
              value={from}
              placeholder="The same day"
              onChange={({ detail }) => {
                setFrom(detail.value.trim());
                anew();
              }}
            />
          </FormField>
        </ColumnLayout>
        <ScheduleFields
          value={written}
          none={hasDocument ? 'As its plan document says' : undefined}
          fault={(field) => fault(`vesting_schedule/${field}`) || fault(`schedule/${field}`)}
          onChange={(next) => {
            setWritten(next);
            anew();
          }}
        />
        {preview.error !== null && <ProblemAlert problem={preview.error} />}
        {schedule !== undefined && shown === undefined && (
          <Button
            loading={preview.isPending}
            disabled={quantity === '' || on === ''}
            onClick={() => preview.mutate({ asked: content, given: schedule })}
          >
            Show when it vests
          </Button>
        )}
        {shown !== undefined && <Preview computed={shown} />}
      </SpaceBetween>
    </Act>
  );
}

const MOST_STEPS = 4;

function Preview({
  computed: { events, as_of, awaiting_event },
}: {
  computed: Answer<'POST /vesting/calculate'>;
}) {
  const rest = events.length - MOST_STEPS;
  const last = events.at(-1);
  return (
    <div role="status">
      <VestingChart steps={events} whole={last?.cumulative ?? '0'} unit="shares" today={as_of} />
      {awaiting_event !== '0' && (
        <Alert type="info">{grouped(awaiting_event)} shares would wait for the event today.</Alert>
      )}
      <ul>
        {events.slice(0, MOST_STEPS).map(({ date, quantity, kind }) => (
          <li key={`${date} ${kind} ${quantity}`}>
            {grouped(quantity)} shares on {day(date)}
          </li>
        ))}
        {rest > 0 && last !== undefined && (
          <li>
            and {counted(rest, 'step', 'steps')} more, until {day(last.date)}
          </li>
        )}
      </ul>
    </div>
  );
}
