import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

/** Withdraws the end of a plan, or goes on with it after somebody has come back. */
export function ReinstatePlan({ plan }: { plan: Answer<'GET /plans/{id}'> }) {
  const [isOpen, setOpen] = useState(false);
  const [on, setOn] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const { id, version } = plan;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Withdraw the end</Button>
      {isOpen && (
        <Act
          verb="Withdraw the end"
          asks="It is as if it had never been recorded, and what it forfeited comes back; or, with a day, the plan goes on from that day, and money that was forfeited doesn’t come back."
          record={plan}
          content={`${version} ${on}`}
          send={({ key }) =>
            call('POST /plans/{id}/reinstate', {
              params: { id },
              version,
              key,
              body: on === '' ? {} : { rehired_on: on },
            })
          }
          onRefused={setRefused}
          onClose={() => setOpen(false)}
        >
          <WrittenField
            label="Came back on"
            description="YYYY-MM-DD, where they had left; nothing, where the end was a mistake."
            value={on}
            fault={faultOf(refused, 'rehired_on', on)}
            onChange={setOn}
          />
        </Act>
      )}
    </>
  );
}
