import Badge from '@cloudscape-design/components/badge';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { CHANGE_KINDS } from '../parts/changes.ts';
import { instant, words } from '../parts/format.ts';
import { Pages } from '../parts/pages.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';

type Access = Row<'GET /reports/access'>;

/** Access: people and programs, by which grant they have it, and where their duties conflict. */
export default function AccessReport({ me }: { me: Me }) {
  const [, go] = useLocation();
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title="Access"
      description="People, API keys and drop credentials, also those that have ended; and the changes that somebody can both propose and decide on."
      actions={<Button onClick={() => go('/reports?report=access')}>Write it to a file</Button>}
    >
      <Pages
        name="access"
        title="Who may do what"
        queryKey={['access']}
        load={(page) => call('GET /reports/access', { query: { ...page } })}
        rowId={(row: Access) => `${row.kind} ${row.id}`}
        empty="Nobody has access."
        columns={[
          {
            id: 'name',
            header: 'Who',
            isRowHeader: true,
            minWidth: 180,
            cell: (row) => (
              <SpaceBetween size="xxs">
                <span className="long" dir="auto">
                  {row.name}
                </span>
                {row.kind !== 'USER' && <Badge>{words(row.kind)}</Badge>}
              </SpaceBetween>
            ),
          },
          { id: 'role', header: 'Role', cell: (row) => words(row.role) },
          { id: 'status', header: 'Status', cell: (row) => words(row.status) },
          {
            id: 'grant',
            header: 'Granted',
            minWidth: 190,
            cell: (row) => (
              <span className="long">
                {words(row.granted_by)}, {instant(row.granted_at, zone)}
              </span>
            ),
          },
          {
            id: 'approved',
            header: 'Approved by',
            minWidth: 150,
            cell: (row) => (row.approved_by === null ? '–' : <Person id={row.approved_by} me={me} />),
          },
          {
            id: 'used',
            header: 'Last used',
            minWidth: 160,
            cell: (row) =>
              row.last_used_at === null
                ? 'Never'
                : `${instant(row.last_used_at, zone)}${row.last_used_from === null ? '' : `, ${row.last_used_from}`}`,
          },
          {
            id: 'conflicts',
            header: 'Proposes and decides on',
            minWidth: 220,
            cell: (row) => <span className="long">{kindsOf(row.conflicts)}</span>,
          },
          {
            id: 'past',
            header: 'Has had the roles',
            minWidth: 130,
            cell: (row) => (row.past_roles === '' ? '–' : row.past_roles.split(' ').map(words).join(', ')),
          },
          {
            id: 'undecided',
            header: 'Own proposals that wait',
            minWidth: 160,
            cell: (row) => <span className="long">{kindsOf(row.undecided)}</span>,
          },
        ]}
      />
    </Screen>
  );
}

/** Kinds of changes by their names; all of a role’s are many, so they are counted. */
function kindsOf(kinds: string): string {
  const names = kinds.split(' ').filter((name) => name !== '');
  if (names.length === 0) return '–';
  if (names.length > 5) return `${names.length} of ${CHANGE_KINDS.length} kinds of changes`;
  return names.map((name) => CHANGE_KINDS.find(([kind]) => kind === name)?.[1] ?? words(name)).join(', ');
}
