import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Me } from '../../frame/me.ts';
import { operates } from '../../frame/places.ts';
import { Act } from '../../parts/act.tsx';
import { counted, day, instant } from '../../parts/format.ts';
import { Pairs } from '../../parts/pairs.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

const DAY_S = 86_400;

/** The company’s own clock, which a sandbox alone has: other environments answer that there is none, and show nothing. */
export function OfTheClock({ me }: { me: Me }) {
  const { data } = useQuery({
    queryKey: ['settings', 'clock'],
    queryFn: () => call('GET /settings/clock'),
  });
  const [isOpen, setOpen] = useState(false);
  const [to, setTo] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  if (data === undefined) return null;
  const { now, today, time_zone, ahead_seconds } = data;
  const days = Math.floor(ahead_seconds / DAY_S);
  return (
    <Pairs
      title="Clock of the sandbox"
      answer={data}
      items={[
        ['Today', day(today)],
        ['Now', instant(now, time_zone)],
        [
          'Ahead of the real time',
          ahead_seconds === 0 ? 'No' : days === 0 ? 'Less than a day' : counted(days, 'day', 'days'),
        ],
        ['Time zone', time_zone],
      ]}
    >
      {operates(me) && <Button onClick={() => setOpen(true)}>Move the clock ahead</Button>}
      {isOpen && (
        <Act
          verb="Move the clock"
          asks="The company’s days, terms and due dates follow within minutes: record dates close, dividends are paid, grants vest, proposals expire. It never goes back. Other companies, sessions, the audit trail and the bank keep to the real time."
          disabled={to === ''}
          content={to}
          send={({ key }) => call('POST /settings/clock', { key, body: { to } })}
          onRefused={setRefused}
          onDone={() => setTo('')}
          onClose={() => setOpen(false)}
        >
          <WrittenField
            label="To"
            description="A day, YYYY-MM-DD, which begins then; or an instant in UTC, such as 2027-01-15T09:00:00Z."
            value={to}
            fault={faultOf(refused, 'to', to)}
            onChange={setTo}
          />
        </Act>
      )}
    </Pairs>
  );
}
