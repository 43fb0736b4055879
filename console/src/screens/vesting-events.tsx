import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed } from '../parts/act.tsx';
import { day, grouped } from '../parts/format.ts';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { WrittenField } from '../parts/written-field.tsx';

type Event = Row<'GET /vesting/events'>;

const NEW: Event = { event: '', occurred_on: null, plans: 0, awaiting_event: '0' };

/** The events that grants wait for beside the time: an IPO, a change of control. */
export default function VestingEvents({ me }: { me: Me }) {
  const [recorded, setRecorded] = useState<Event>();
  const [proposed, setProposed] = useState<string>();
  return (
    <Screen
      title="Vesting events"
      description="What grants wait for beside the time. Once an event is on record, what time has vested is vested."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => setRecorded(NEW)}>
            Record an event
          </Button>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pages
        name="vesting-events"
        title="Events"
        description="Those that schedules of grants name."
        queryKey={['vesting-events']}
        counted
        load={({ sort: _, ...page }) => call('GET /vesting/events', { query: page })}
        rowId={(row: Event) => row.event}
        empty="No grant waits for an event."
        columns={[
          {
            id: 'event',
            header: 'Event',
            isRowHeader: true,
            minWidth: 160,
            cell: (row) => <span className="tight">{row.event}</span>,
          },
          {
            id: 'on',
            header: 'Happened',
            cell: (row) => (row.occurred_on === null ? 'Not yet' : day(row.occurred_on)),
          },
          {
            id: 'plans',
            header: 'Plans',
            cell: (row) => <span className="digits">{grouped(String(row.plans))}</span>,
          },
          {
            id: 'awaiting',
            header: 'Shares that wait',
            cell: (row) => <span className="digits long">{grouped(row.awaiting_event)}</span>,
          },
          ...(operates(me)
            ? [
                {
                  id: 'acts',
                  header: 'Record',
                  cell: (row: Event) => {
                    const text = row.occurred_on === null ? 'Record it' : 'Correct its day';
                    return (
                      <Button
                        variant="inline-link"
                        ariaLabel={`${text}: ${row.event}`}
                        onClick={() => setRecorded(row)}
                      >
                        {text}
                      </Button>
                    );
                  },
                },
              ]
            : []),
        ]}
      />
      {recorded !== undefined && (
        <Record of={recorded} onProposed={setProposed} onClose={() => setRecorded(undefined)} />
      )}
    </Screen>
  );
}

interface Props {
  readonly of: Event;
  onProposed(approvalId: string): void;
  onClose(): void;
}

function Record({ of, onProposed, onClose }: Props) {
  const [event, setEvent] = useState(of.event);
  const [on, setOn] = useState(of.occurred_on ?? '');
  const [refused, setRefused] = useState<Error | null>(null);
  const { occurred_on: replaces } = of;
  const body = {
    ...{ event: event.toUpperCase(), occurred_on: on === '' ? null : on },
    ...(replaces === null ? {} : { replaces }),
  };
  return (
    <Act
      verb={replaces === null ? 'Record the event' : 'Correct the day'}
      asks={
        replaces === null
          ? 'It counts for all grants that wait for it, those that are made later too: from its day on, what time has vested is vested. A second person approves it.'
          : `On record for ${day(replaces)}. Without a day it has not happened after all, and grants wait for it again. A second person approves it.`
      }
      disabled={event === '' || on === (replaces ?? '')}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /vesting/events', { key, body })}
      onRefused={setRefused}
      onDone={({ id }) => onProposed(id)}
      onClose={onClose}
    >
      {of.event === '' && (
        <WrittenField
          label="Event"
          description="As schedules name it, such as IPO or CHANGE_OF_CONTROL."
          value={event}
          fault={faultOf(refused, 'event', event)}
          onChange={setEvent}
        />
      )}
      <WrittenField
        label="Happened on"
        description="YYYY-MM-DD, today or earlier."
        value={on}
        fault={faultOf(refused, 'occurred_on', on) ?? faultOf(refused, 'replaces', on)}
        onChange={setOn}
      />
    </Act>
  );
}
