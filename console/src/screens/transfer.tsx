import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed } from '../parts/act.tsx';
import { day, grouped, instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { HolderName } from '../parts/holder.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Screen } from '../parts/screen.tsx';
import { TooLateFor } from '../parts/too-late.tsx';
import { History } from '../parts/trail.tsx';
import { TransferState } from './transfers/transfer-list.tsx';

type Reversal = Answer<'POST /shareholders/transfers/{id}/reverse'>;

const ABOVE = { text: 'Transfers', path: '/transfers' };

/** A transfer of shares, and the one that takes it back. */
export default function Transfer({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['transfers', id],
    queryFn: () => call('GET /shareholders/transfers/{id}', { params: { id } }),
  });
  const [isReversing, setReversing] = useState(false);
  const [reversal, setReversal] = useState<Reversal>();
  const { data } = query;
  if (data === undefined) return <Opening title="Transfer" above={ABOVE} query={query} />;
  const { reverses, reversed_by } = data;
  const other = (transfer: string | null) =>
    transfer === null ? '–' : <Go to={`/transfers/${transfer}`}>Transfer {transfer.slice(-6)}</Go>;
  return (
    <Screen
      title={`Transfer of ${grouped(data.quantity)} ${data.security_class}`}
      description={`Effective ${day(data.effective_date)}`}
      above={ABOVE}
      actions={
        operates(me) &&
        reverses === null &&
        reversed_by === null && <Button onClick={() => setReversing(true)}>Take it back</Button>
      }
    >
      {reversal !== undefined &&
        ('transfer_id' in reversal ? (
          <TooLateFor what={reversal.too_late_for} />
        ) : (
          <Proposed id={reversal.id} />
        ))}
      <Pairs
        title="Transfer"
        answer={data}
        items={[
          ['State', <TransferState key="state" transfer={data} />],
          ['From', <HolderName key="from" id={data.from_shareholder_id} />],
          ['To', <HolderName key="to" id={data.to_shareholder_id} />],
          [
            'Shares',
            <span key="shares" className="digits long">
              {grouped(data.quantity)}
            </span>,
          ],
          [
            'Class',
            <Go key="class" to={`/classes/${encodeURIComponent(data.security_class)}`}>
              {data.security_class}
            </Go>,
          ],
          ['Effective', day(data.effective_date)],
          ['Recorded', instant(data.recorded_at, me.tenant?.time_zone)],
          ['Takes back', other(reverses)],
          ['Taken back by', other(reversed_by)],
          [
            'Reason',
            <span key="reason" className="long" dir="auto">
              {data.reason ?? '–'}
            </span>,
          ],
        ]}
      />
      <History me={me} resource={`transfers/${id}`} />
      {isReversing && (
        <Act
          verb="Take the transfer back"
          asks="The same shares go the other way, as of the same day, as if it had never been. Whoever received them must have had them ever since. Above the limit of the register, a second person approves."
          reason={{ most: 200 }}
          send={({ key, reason }) =>
            call('POST /shareholders/transfers/{id}/reverse', {
              params: { id },
              key,
              body: reason === '' ? {} : { reason },
            })
          }
          onDone={setReversal}
          onClose={() => setReversing(false)}
        />
      )}
    </Screen>
  );
}
