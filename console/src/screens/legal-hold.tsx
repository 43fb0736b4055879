import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { Proposed } from '../parts/act.tsx';
import { instant } from '../parts/format.ts';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';
import { WatchedHistory } from '../parts/trail.tsx';
import { HoldState, HoldSubject } from './legal-hold/hold.tsx';
import { ReleaseHold } from './legal-hold/release-hold.tsx';

const ABOVE = { text: 'Legal holds', path: '/legal-holds' };

/** A legal hold: what it keeps, why, and since when. */
export default function LegalHold({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['legal-holds', id],
    queryFn: () => call('GET /legal-holds/{id}', { params: { id } }),
  });
  const [isReleasing, setReleasing] = useState(false);
  const [proposed, setProposed] = useState<string>();
  const { data } = query;
  if (data === undefined) return <Opening title="Legal hold" above={ABOVE} query={query} />;
  const zone = me.tenant?.time_zone;
  const by = (person: string | null) => (person === null ? '–' : <Person id={person} me={me} />);
  return (
    <Screen
      title={`Legal hold ${id.slice(-6)}`}
      above={ABOVE}
      actions={
        me.role === 'COMPLIANCE' &&
        data.status === 'ACTIVE' && <Button onClick={() => setReleasing(true)}>Release it</Button>
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pairs
        title="Hold"
        answer={data}
        items={[
          ['Status', <HoldState key="status" status={data.status} />],
          ['Of', <HoldSubject key="of" hold={data} />],
          [
            'Reason',
            <span key="reason" className="long" dir="auto">
              {data.reason}
            </span>,
          ],
          ['Placed', instant(data.created_at, zone)],
          ['Placed by', by(data.placed_by)],
          ['Released', data.released_at === null ? '–' : instant(data.released_at, zone)],
          ['Released by', by(data.released_by)],
          ['Version', String(data.version)],
        ]}
      />
      <WatchedHistory me={me} resource={`legal-holds/${id}`} />
      {isReleasing && (
        <ReleaseHold hold={data} onProposed={setProposed} onClose={() => setReleasing(false)} />
      )}
    </Screen>
  );
}
