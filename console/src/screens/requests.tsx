import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { useAddress } from '../parts/address.ts';
import { AddressText, startOf, Who } from '../parts/address-fields.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import { grouped, instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';

type Logged = Row<'GET /requests'>;

const STATUSES = ['2xx', '3xx', '4xx', '5xx'] as const;
const STATUS_TEXTS: Readonly<Record<(typeof STATUSES)[number], string>> = {
  '2xx': 'Done',
  '3xx': 'Not changed',
  '4xx': 'Refused',
  '5xx': 'Failed',
};

/** The requests of the company’s people and programs to the API, with what was answered. */
export default function Requests({ me }: { me: Me }) {
  const [search] = useAddress();
  const status = useChoice('status', STATUSES);
  const of = (name: string) => search.get(name) || undefined;
  const sought = {
    status,
    operation: of('operation'),
    actor_id: of('actor_id'),
    from: startOf(of('from')),
    to: startOf(of('to')),
  };
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title="Requests"
      description="What your people and programs have asked the API in the last 30 days, and what was answered."
    >
      <Pages
        key={JSON.stringify(sought)}
        name="requests"
        title={Object.values(sought).some((value) => value !== undefined) ? 'Found' : 'The newest'}
        queryKey={['requests', sought]}
        counted
        load={(page) => call('GET /requests', { query: { ...page, ...sought } })}
        rowId={(row: Logged) => row.id}
        empty="There is no such request."
        filter={
          <SpaceBetween direction="horizontal" size="m" alignItems="end">
            <Who />
            <AddressText name="operation" label="Operation" placeholder="listShareholders" most={60} />
            <AddressText name="from" label="From" placeholder="YYYY-MM-DD" />
            <AddressText name="to" label="Before" placeholder="YYYY-MM-DD" />
            <Choice
              name="status"
              label="Answer"
              values={STATUSES}
              all="Any answer"
              text={(value) => `${STATUS_TEXTS[value]} (${value})`}
            />
          </SpaceBetween>
        }
        columns={[
          {
            id: 'at',
            header: 'When',
            isRowHeader: true,
            minWidth: 170,
            cell: (row) => instant(row.at, zone),
          },
          {
            id: 'route',
            header: 'Request',
            minWidth: 220,
            cell: (row) => (
              <span className="code">
                {row.method} {row.route}
              </span>
            ),
          },
          { id: 'status', header: 'Answer', minWidth: 130, cell: (row) => <Answered request={row} /> },
          { id: 'who', header: 'Who', minWidth: 150, cell: (row) => <Asker request={row} me={me} /> },
          {
            id: 'took',
            header: 'Took',
            cell: ({ duration_ms: ms }) => (
              <span className="digits">{ms === null ? '–' : `${grouped(String(ms))} ms`}</span>
            ),
          },
          {
            id: 'from',
            header: 'From',
            cell: (row) => <span className="long">{row.source_ip ?? '–'}</span>,
          },
          {
            id: 'request',
            header: 'Its id',
            minWidth: 130,
            cell: (row) => (
              <Go to={`/audit?request_id=${encodeURIComponent(row.request_id)}`}>
                <span className="code">{row.request_id.slice(0, 8)}</span>
              </Go>
            ),
          },
        ]}
      />
    </Screen>
  );
}

function Answered({ request: { status, problem } }: { request: Logged }) {
  if (status < 400) return <StatusIndicator type="success">{status}</StatusIndicator>;
  const slug = problem?.slice(problem.lastIndexOf('/') + 1) ?? '';
  return (
    <StatusIndicator type={status < 500 ? 'warning' : 'error'}>
      {status}
      {slug !== '' && ` ${words(slug)}`}
    </StatusIndicator>
  );
}

function Asker({ request: { actor_type, actor_id, actor_role }, me }: { request: Logged; me: Me }) {
  if (actor_type === 'API_KEY') return `API key ${actor_id.slice(-6)}, ${words(actor_role)}`;
  return <Person id={actor_id} me={me} />;
}
