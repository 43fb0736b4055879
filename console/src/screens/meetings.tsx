import Button from '@cloudscape-design/components/button';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { day, instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { MeetingState } from '../parts/meeting.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';

const EVERY_MS = 60_000;

export default function Meetings({ me }: { me: Me }) {
  const [, go] = useLocation();
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title="Meetings"
      description="Holders at the close of the record date may vote. A meeting can be amended and cancelled until it opens."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => go('/meetings/new')}>
            Call a meeting
          </Button>
        )
      }
    >
      <Pages
        name="meetings"
        title="Meetings"
        description="The newest first."
        queryKey={['meetings', 'list']}
        sorts={['record_date', 'opens_at']}
        load={(page) => call('GET /proxy/meetings', { query: { ...page } })}
        rowId={(row: Row<'GET /proxy/meetings'>) => row.id}
        empty="None was called."
        everyMs={EVERY_MS}
        columns={[
          {
            id: 'title',
            header: 'Meeting',
            isRowHeader: true,
            minWidth: 200,
            cell: (row) => (
              <span className="long" dir="auto">
                <Go to={`/meetings/${row.id}`}>{row.title}</Go>
              </span>
            ),
          },
          { id: 'state', header: 'State', minWidth: 130, cell: (row) => <MeetingState state={row.state} /> },
          { id: 'classes', header: 'Classes', cell: (row) => row.security_classes.join(', ') },
          {
            id: 'record',
            header: 'Record date',
            sortingField: 'record_date',
            cell: (row) => day(row.record_date),
          },
          {
            id: 'opens',
            header: 'Opens',
            sortingField: 'opens_at',
            minWidth: 160,
            cell: (row) => instant(row.opens_at, zone),
          },
          { id: 'closes', header: 'Closes', minWidth: 160, cell: (row) => instant(row.closes_at, zone) },
          { id: 'items', header: 'Items', cell: (row) => String(row.items.length) },
        ]}
      />
    </Screen>
  );
}
