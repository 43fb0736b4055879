import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { Proposed } from '../parts/act.tsx';
import { instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { type Connection, ConnectionForm, ConnectionStatus, KINDS } from '../parts/identity-provider.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';

/** The identity providers by which people of the company sign in. */
export default function Connections({ me }: { me: Me }) {
  const [isNew, setNew] = useState(false);
  const [proposed, setProposed] = useState<string>();
  return (
    <Screen
      title="Identity providers"
      description="People sign in at their company, by OpenID Connect or SAML."
      actions={
        me.role === 'ADMIN' && (
          <Button variant="primary" onClick={() => setNew(true)}>
            Add a provider
          </Button>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pages
        name="connections"
        title="Identity providers"
        queryKey={['connections', 'list']}
        load={(page) => call('GET /connections', { query: { ...page } })}
        rowId={(row: Connection) => row.id}
        empty="There is none: people sign in by a password or a passkey."
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            minWidth: 180,
            cell: (row) => (
              <span className="long" dir="auto">
                <Go to={`/connections/${row.id}`}>{row.name}</Go>
              </span>
            ),
          },
          { id: 'kind', header: 'Kind', cell: (row) => KINDS[row.kind] },
          {
            id: 'status',
            header: 'Status',
            minWidth: 130,
            cell: (row) => <ConnectionStatus status={row.status} />,
          },
          {
            id: 'issuer',
            header: 'Issuer',
            minWidth: 240,
            cell: (row) => <span className="long">{row.issuer}</span>,
          },
          {
            id: 'tested',
            header: 'Tested',
            minWidth: 160,
            cell: (row) =>
              row.tested_at === null ? 'Not yet' : instant(row.tested_at, me.tenant?.time_zone),
          },
        ]}
      />
      {isNew && <ConnectionForm onClose={() => setNew(false)} onProposed={setProposed} />}
    </Screen>
  );
}
