import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import { instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { CreateTenant } from './tenant/create-tenant.tsx';
import { TenantState } from './tenant/tenant-state.tsx';

/** The customers of this environment. */
export default function Tenants() {
  const [isMaking, setMaking] = useState(false);
  return (
    <Screen
      title="Tenants"
      description="The issuers and plan sponsors of this environment."
      actions={
        <Button variant="primary" onClick={() => setMaking(true)}>
          Make a tenant
        </Button>
      }
    >
      <Pages
        name="tenants"
        title="Tenants"
        queryKey={['tenants']}
        counted
        load={(page) => call('GET /tenants', { query: { ...page } })}
        rowId={(row: Row<'GET /tenants'>) => row.id}
        empty="There is no tenant yet."
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            cell: (row) => (
              <span className="long" dir="auto">
                <Go to={`/tenants/${row.id}`}>{row.name}</Go>
              </span>
            ),
          },
          { id: 'slug', header: 'Short name', cell: (row) => <span className="long">{row.slug}</span> },
          { id: 'type', header: 'Kind', cell: (row) => words(row.type) },
          {
            id: 'status',
            header: 'Status',
            cell: (row) => <TenantState status={row.status} />,
          },
          { id: 'zone', header: 'Time zone', cell: (row) => <span className="long">{row.time_zone}</span> },
          { id: 'since', header: 'Since', cell: (row) => instant(row.created_at, 'UTC') },
          { id: 'id', header: 'Id', cell: (row) => <span className="code">{row.id}</span> },
        ]}
      />
      {isMaking && <CreateTenant onClose={() => setMaking(false)} />}
    </Screen>
  );
}
