import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Row } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { day, grouped } from '../../parts/format.ts';
import type { Plan } from './schedule.ts';

export type Grant = Row<'GET /plans/{id}/grants'>;

interface Props {
  readonly plan: Plan;
  readonly grant: Grant;
  onClose(): void;
}

/** The window stays until the plan is known anew: what is done next names its new version. */
function useCancel({ id, version }: Plan, { id: grant_id }: Grant) {
  const queries = useQueryClient();
  return async (key: string, body: { readonly cancelled_on?: string | null }) => {
    const params = { id, grant_id };
    await call('POST /plans/{id}/grants/{grant_id}/cancel', { params, version, key, body });
    await queries.invalidateQueries({ queryKey: ['plans', id] });
  };
}

/** Ends a grant on a day, or ends it on another one than was said. */
export function CancelGrant({ plan, grant, onClose }: Props) {
  const cancel = useCancel(plan, grant);
  const [on, setOn] = useState(grant.cancelled_on ?? '');
  const [refused, setRefused] = useState<Error | null>(null);
  return (
    <Act
      verb={grant.cancelled_on === null ? 'Cancel the grant' : 'Change the day'}
      asks={`Of ${grouped(grant.quantity)} shares of ${day(grant.grant_date)}, what has vested by the end of the day stays, and so does what waits for an event. The rest is forfeited.`}
      content={`${grant.id} ${plan.version} ${on}`}
      record={plan}
      send={({ key }) => cancel(key, on === '' ? {} : { cancelled_on: on })}
      onRefused={setRefused}
      onClose={onClose}
    >
      <FormField
        label="Last day"
        description="Today, unless you say another."
        constraintText="At most a year ahead. Until it has come, it can be changed or withdrawn."
        errorText={faultOf(refused, 'cancelled_on', on) ?? ''}
      >
        <Input value={on} placeholder="YYYY-MM-DD" onChange={({ detail }) => setOn(detail.value.trim())} />
      </FormField>
    </Act>
  );
}

export function WithdrawCancellation({ plan, grant, onClose }: Props) {
  const cancel = useCancel(plan, grant);
  return (
    <Act
      verb="Withdraw the cancellation"
      asks={`The grant of ${day(grant.grant_date)} goes on as if it had never been cancelled.`}
      content={`${grant.id} ${plan.version}`}
      record={plan}
      send={({ key }) => cancel(key, { cancelled_on: null })}
      onClose={onClose}
    />
  );
}
