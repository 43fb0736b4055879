import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { type ReactNode, useState } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { differences, nameOfThing, screenOf } from './changes.ts';
import { instant, words } from './format.ts';
import { Go } from './go.tsx';
import { Pages } from './pages.tsx';
import { Person } from './person.tsx';

type Entry = Row<'GET /audit'>;

/** The trail is searched by these. */
export interface Sought {
  readonly actor_id?: string | undefined;
  readonly resource?: string | undefined;
  readonly request_id?: string | undefined;
  readonly security?: 'true' | 'false' | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface Props {
  readonly me: Me;
  readonly title: string;
  readonly description?: string;
  readonly sought: Sought;
  readonly filter?: ReactNode;
  /** The one object that they are of, where whoever may get it may know them. @default the whole trail is searched */
  readonly of?: string;
}

/** Entries of the audit trail, each with what it has changed. */
export function Trail({ me, title, description, sought, filter, of }: Props) {
  const [shown, setShown] = useState<Entry>();
  const zone = me.tenant?.time_zone;
  return (
    <>
      <Pages
        key={JSON.stringify(sought)}
        name="audit"
        title={title}
        {...(description === undefined ? {} : { description })}
        {...(filter === undefined ? {} : { filter })}
        queryKey={['audit', of, sought]}
        counted
        load={(page) =>
          of === undefined
            ? call('GET /audit', { query: { ...sought, ...page } })
            : call('GET /history', { query: { resource: of, ...page } })
        }
        rowId={(row: Entry) => row.id}
        empty="The trail has no such entry."
        columns={[
          {
            id: 'when',
            header: 'When',
            isRowHeader: true,
            minWidth: 170,
            cell: (row) => (
              <Button
                variant="inline-link"
                ariaLabel={`${instant(row.ts, zone)}, ${nameOf(row.action)}`}
                onClick={() => setShown(row)}
              >
                {instant(row.ts, zone)}
              </Button>
            ),
          },
          { id: 'action', header: 'What', minWidth: 150, cell: (row) => nameOf(row.action) },
          { id: 'who', header: 'Who', minWidth: 150, cell: (row) => <Actor entry={row} me={me} /> },
          { id: 'object', header: 'Of', minWidth: 150, cell: (row) => <Resource resource={row.resource} /> },
          {
            id: 'outcome',
            header: 'Outcome',
            minWidth: 140,
            cell: (row) => <Outcome entry={row} />,
          },
          ...(searchesTrail(me) ? [FROM] : []),
          {
            id: 'request',
            header: 'Request',
            minWidth: 130,
            cell: ({ request_id: request }) => {
              const text = <span className="code">{request.slice(0, 8)}</span>;
              return searchesTrail(me) ? (
                <Go to={`/audit?request_id=${encodeURIComponent(request)}`}>{text}</Go>
              ) : (
                text
              );
            },
          },
        ]}
      />
      {shown !== undefined && <EntryWindow entry={shown} me={me} onClose={() => setShown(undefined)} />}
    </>
  );
}

/** Whether somebody watches over others. Everybody else is told what was done to what they may get. */
function searchesTrail({ role }: Me): boolean {
  return role !== 'OPS';
}

/** The address of a request is told to those who watch over others. */
const FROM = {
  id: 'from',
  header: 'From',
  cell: (row: Entry) => <span className="long">{row.source_ip ?? '–'}</span>,
};

const HISTORY = { title: 'History', description: 'Who has done what to it, the newest first.' };
const NOTHING_SOUGHT = {};

/** Shows what was done to a thing. An employee is shown none. */
export function History({ me, resource }: { me: Me; resource: string }) {
  if (me.role === 'EMPLOYEE') return null;
  return <Trail me={me} {...HISTORY} sought={NOTHING_SOUGHT} of={resource} />;
}

/** That of users, connections and holds, for those who watch over others. */
export function WatchedHistory({ me, resource }: { me: Me; resource: string }) {
  return <Trail me={me} {...HISTORY} sought={{ resource }} />;
}

/** The same as a tab, where a screen has several. */
export function historyTab(me: Me, resource: string) {
  return me.role === 'EMPLOYEE'
    ? []
    : [{ id: 'history', label: 'History', content: <History me={me} resource={resource} /> }];
}

/** `payment-order.approved` → `Payment order approved`. */
function nameOf(action: string): string {
  return words(action.replaceAll('.', ' '));
}

function Actor({ entry: { actor_id: actor, actor_role: role }, me }: { entry: Entry; me: Me }) {
  if (actor === null || role === 'SYSTEM') return words(role);
  return (
    <SpaceBetween size="xxs">
      <Person id={actor} me={me} />
      <Box variant="small">{words(role)}</Box>
    </SpaceBetween>
  );
}

function Resource({ resource }: { resource: string }) {
  const [type = '', id = ''] = resource.split('/');
  const text = id === '' ? words(type) : nameOfThing({ type, id });
  const to = id === '' ? undefined : screenOf({ type, id });
  return to === undefined ? <span className="long">{text}</span> : <Go to={to}>{text}</Go>;
}

function Outcome({ entry: { outcome, problem } }: { entry: Entry }) {
  if (outcome === 'done') return <StatusIndicator type="success">Done</StatusIndicator>;
  return <StatusIndicator type="error">{problem === null ? 'Refused' : words(problem)}</StatusIndicator>;
}

interface WindowProps {
  readonly entry: Entry;
  readonly me: Me;
  onClose(): void;
}

function EntryWindow({ entry, me, onClose }: WindowProps) {
  const long = (text: string) => <span className="long">{text}</span>;
  const rows = entry.changes.flatMap(({ resource, before, after }) =>
    differences(before, after ?? {}).map((one) => ({ ...one, resource })),
  );
  const said = differences(null, entry.payload);
  return (
    <Modal visible size="large" header={nameOf(entry.action)} onDismiss={onClose}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={2}
          items={[
            { label: 'When', value: instant(entry.ts, me.tenant?.time_zone) },
            { label: 'Who', value: <Actor entry={entry} me={me} /> },
            { label: 'Of', value: <span className="code">{entry.resource}</span> },
            { label: 'Outcome', value: <Outcome entry={entry} /> },
            ...(searchesTrail(me)
              ? [
                  { label: 'From', value: long(entry.source_ip ?? '–') },
                  { label: 'By', value: long(entry.user_agent ?? '–') },
                ]
              : []),
            { label: 'Request', value: <span className="code">{entry.request_id}</span> },
            { label: 'Entry', value: <span className="code">{entry.id}</span> },
          ]}
        />
        {said.length > 0 && (
          <Table
            variant="embedded"
            wrapLines
            header={<Box variant="h3">What was sent</Box>}
            items={said}
            columnDefinitions={[
              { id: 'name', header: 'Field', isRowHeader: true, cell: (row) => long(row.name) },
              { id: 'value', header: 'Value', cell: (row) => long(row.after ?? '–') },
            ]}
          />
        )}
        {rows.length > 0 && (
          <Table
            variant="embedded"
            wrapLines
            header={<Box variant="h3">What it has changed</Box>}
            items={rows}
            columnDefinitions={[
              { id: 'of', header: 'Of', cell: (row) => <Resource resource={row.resource} /> },
              { id: 'name', header: 'Field', isRowHeader: true, cell: (row) => long(row.name) },
              { id: 'before', header: 'Before', cell: (row) => long(row.before ?? '–') },
              { id: 'after', header: 'After', cell: (row) => long(row.after ?? '–') },
            ]}
          />
        )}
        {!entry.changes_complete && <Box variant="small">More records were changed than are shown.</Box>}
      </SpaceBetween>
    </Modal>
  );
}
