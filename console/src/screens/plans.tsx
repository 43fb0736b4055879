import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { useAddress } from '../parts/address.ts';
import { words } from '../parts/format.ts';
import { OneOf } from '../parts/one-of.tsx';
import { PlanList, type PlanRow } from '../parts/plan-list.tsx';
import { PLAN_TYPES } from '../parts/plan-terms.ts';
import { Screen } from '../parts/screen.tsx';
import { VestGroup } from './plans/vest-group.tsx';

const STATUSES = ['ACTIVE', 'TERMINATED'] as const satisfies readonly PlanRow['status'][];

/** All plans of the employer. */
export default function Plans({ me }: { me: Me }) {
  const [isVesting, setVesting] = useState(false);
  const [search, set] = useAddress();
  const type = PLAN_TYPES.find(({ value }) => value === search.get('type'))?.value;
  const status = STATUSES.find((one) => one === search.get('status'));
  const types = [{ value: '', label: 'All types' }, ...PLAN_TYPES];
  const statuses = [
    { value: '', label: 'Active and ended' },
    ...STATUSES.map((value) => ({ value, label: value === 'TERMINATED' ? 'Ended' : words(value) })),
  ];
  return (
    <Screen
      title="Plans"
      description="What each person has, and how much of it is theirs today."
      actions={operates(me) && <Button onClick={() => setVesting(true)}>Vest a group fully</Button>}
    >
      <PlanList
        key={`${type} ${status}`}
        title="Plans"
        empty="No plan is like this."
        people
        queryKey={['plans', type, status]}
        load={(page) =>
          call('GET /plans', {
            query: {
              ...page,
              ...(type === undefined ? {} : { plan_type: type }),
              ...(status === undefined ? {} : { status }),
            },
          })
        }
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <OneOf
              ariaLabel="Type"
              options={types}
              value={type ?? ''}
              onChange={(chosen) => set({ type: chosen })}
            />
            <OneOf
              ariaLabel="Status"
              options={statuses}
              value={status ?? ''}
              onChange={(chosen) => set({ status: chosen })}
            />
          </SpaceBetween>
        }
      />
      {isVesting && <VestGroup onClose={() => setVesting(false)} />}
    </Screen>
  );
}
