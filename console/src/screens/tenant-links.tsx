import Button from '@cloudscape-design/components/button';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act } from '../parts/act.tsx';
import { instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';
import { WrittenField } from '../parts/written-field.tsx';

type Link = Row<'GET /tenant-links'>;

/** The plan sponsors that may name holders of this register in their plans. */
export default function TenantLinks({ me }: { me: Me }) {
  const [isLinking, setLinking] = useState(false);
  const [revoked, setRevoked] = useState<Link>();
  const [sponsor, setSponsor] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const isAdmin = me.role === 'ADMIN';
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title="Linked sponsors"
      description="They name holders of this register in their plans, and offer vested shares. Nothing else of the register is shown to them."
      actions={
        isAdmin && (
          <Button variant="primary" onClick={() => setLinking(true)}>
            Link a sponsor
          </Button>
        )
      }
    >
      <Pages
        name="tenant-links"
        title="Links"
        queryKey={['tenant-links']}
        counted
        load={({ sort: _, ...page }) => call('GET /tenant-links', { query: page })}
        rowId={(row: Link) => row.id}
        empty="No sponsor is linked."
        columns={[
          {
            id: 'sponsor',
            header: 'Sponsor',
            isRowHeader: true,
            minWidth: 160,
            cell: (row) => <span className="tight">{row.sponsor}</span>,
          },
          {
            id: 'status',
            header: 'Status',
            cell: (row) => (
              <StatusIndicator type={row.status === 'ACTIVE' ? 'success' : 'stopped'}>
                {words(row.status)}
              </StatusIndicator>
            ),
          },
          { id: 'since', header: 'Since', minWidth: 150, cell: (row) => instant(row.created_at, zone) },
          {
            id: 'by',
            header: 'By',
            minWidth: 150,
            cell: (row) => (row.created_by === null ? '–' : <Person id={row.created_by} me={me} />),
          },
          {
            id: 'history',
            header: 'History',
            cell: (row) => (
              <Go to={`/audit?resource=tenant-links/${row.id}`} ariaLabel={`History of ${row.sponsor}`}>
                History
              </Go>
            ),
          },
          {
            id: 'acts',
            header: 'Revoked',
            minWidth: 150,
            cell: (row) =>
              row.revoked_at !== null ? (
                instant(row.revoked_at, zone)
              ) : isAdmin ? (
                <Button
                  variant="inline-link"
                  ariaLabel={`Revoke the link to ${row.sponsor}`}
                  onClick={() => setRevoked(row)}
                >
                  Revoke
                </Button>
              ) : (
                '–'
              ),
          },
        ]}
      />
      {isLinking && (
        <Act
          verb="Link the sponsor"
          asks="The sponsor can find out whether an id that it already has is an active holder, and can offer vested shares. It takes effect at once."
          disabled={sponsor === ''}
          content={sponsor}
          send={({ key }) => call('POST /tenant-links', { key, body: { sponsor } })}
          onRefused={setRefused}
          onDone={() => setSponsor('')}
          onClose={() => setLinking(false)}
        >
          <WrittenField
            label="Sponsor"
            description="Its short name, such as globex."
            value={sponsor}
            fault={faultOf(refused, 'sponsor', sponsor)}
            onChange={setSponsor}
          />
        </Act>
      )}
      {revoked !== undefined && (
        <Act
          verb="Revoke the link"
          asks={`${revoked.sponsor} names no further holders. Plans that already name one keep the holder.`}
          content={`${revoked.id} ${revoked.version}`}
          send={() =>
            call('DELETE /tenant-links/{id}', { params: { id: revoked.id }, version: revoked.version })
          }
          onClose={() => setRevoked(undefined)}
        />
      )}
    </Screen>
  );
}
