import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Me } from '../frame/me.ts';
import { Act, Proposed } from '../parts/act.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import { instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Pages } from '../parts/pages.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';
import { WrittenField } from '../parts/written-field.tsx';
import { type Hold, HoldState, HoldSubject } from './legal-hold/hold.tsx';
import { NextPurge } from './legal-hold/next-purge.tsx';
import { ReleaseHold } from './legal-hold/release-hold.tsx';

const STATUSES = ['ACTIVE', 'RELEASED'] as const;

/** Legal holds: what no purge touches, however old it is. */
export default function LegalHolds({ me }: { me: Me }) {
  const status = useChoice('status', STATUSES);
  const [isPlacing, setPlacing] = useState(false);
  const [released, setReleased] = useState<Hold>();
  const [proposed, setProposed] = useState<string>();
  const keeps = me.role === 'COMPLIANCE';
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title="Legal holds"
      description="While a hold is active, no record of its subject is purged, however old."
      actions={
        keeps && (
          <Button variant="primary" onClick={() => setPlacing(true)}>
            Place a hold
          </Button>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pages
        key={status ?? ''}
        name="legal-holds"
        title="Holds"
        queryKey={['legal-holds', status]}
        load={(page) => call('GET /legal-holds', { query: { ...page, status } })}
        rowId={(row: Hold) => row.id}
        empty="There is none."
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <Choice name="status" label="Status" values={STATUSES} all="Active or not" />
          </SpaceBetween>
        }
        columns={[
          {
            id: 'placed',
            header: 'Placed',
            isRowHeader: true,
            minWidth: 150,
            cell: (row) => <Go to={`/legal-holds/${row.id}`}>{instant(row.created_at, zone)}</Go>,
          },
          {
            id: 'of',
            header: 'Of',
            minWidth: 150,
            cell: (row) => <HoldSubject hold={row} />,
          },
          {
            id: 'reason',
            header: 'Reason',
            minWidth: 200,
            cell: (row) => (
              <span className="long" dir="auto">
                {row.reason}
              </span>
            ),
          },
          {
            id: 'status',
            header: 'Status',
            minWidth: 130,
            cell: (row) => <HoldState status={row.status} />,
          },
          {
            id: 'by',
            header: 'By',
            minWidth: 150,
            cell: (row) => (row.placed_by === null ? '–' : <Person id={row.placed_by} me={me} />),
          },
          {
            id: 'deeds',
            header: 'Released',
            minWidth: 150,
            cell: (row) =>
              row.released_at !== null ? (
                instant(row.released_at, zone)
              ) : keeps ? (
                <Button variant="inline-link" onClick={() => setReleased(row)}>
                  Release it
                </Button>
              ) : (
                '–'
              ),
          },
        ]}
      />
      <NextPurge />
      {isPlacing && <Place me={me} onClose={() => setPlacing(false)} />}
      {released !== undefined && (
        <ReleaseHold hold={released} onProposed={setProposed} onClose={() => setReleased(undefined)} />
      )}
    </Screen>
  );
}

type Of = Hold['subject'];
const SUBJECTS: Readonly<Record<Of, string>> = {
  SHAREHOLDER: 'A holder',
  PARTICIPANT: 'A participant',
  TENANT: 'Everything of the company',
};

function Place({ me, onClose }: { me: Me; onClose(): void }) {
  const kinds: readonly Of[] =
    me.tenant?.type === 'ISSUER' ? ['SHAREHOLDER', 'TENANT'] : ['PARTICIPANT', 'TENANT'];
  const [subject, setSubject] = useState<Of>(kinds[0] ?? 'TENANT');
  const [id, setId] = useState('');
  const options = kinds.map((value) => ({ value, label: SUBJECTS[value] }));
  const [refused, setRefused] = useState<Error | null>(null);
  return (
    <Act
      verb="Place the hold"
      asks="It takes effect at once. To release it, a second person has to approve."
      reason={{ most: 500, needed: true }}
      disabled={subject !== 'TENANT' && id === ''}
      content={`${subject} ${id}`}
      send={({ key, reason }) =>
        call('POST /legal-holds', {
          key,
          body: {
            ...{ subject, reason },
            ...(subject === 'SHAREHOLDER' ? { shareholder_id: id } : {}),
            ...(subject === 'PARTICIPANT' ? { employee_id: id } : {}),
          },
        })
      }
      onRefused={setRefused}
      onClose={onClose}
    >
      <FormField label="Of">
        <OneOf options={options} value={subject} onChange={(chosen) => setSubject(chosen)} />
      </FormField>
      {subject === 'SHAREHOLDER' && (
        <WrittenField
          label="The holder’s id"
          description="It ends the address of the holder’s page."
          value={id}
          fault={faultOf(refused, 'shareholder_id', id)}
          onChange={setId}
        />
      )}
      {subject === 'PARTICIPANT' && (
        <WrittenField
          label="The employee’s id"
          description="As the employer’s files have it."
          value={id}
          fault={faultOf(refused, 'employee_id', id)}
          onChange={setId}
        />
      )}
    </Act>
  );
}
