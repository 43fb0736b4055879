import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import { instant, words } from '../parts/format.ts';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';

/** The customers of this environment. */
export default function Tenants() {
  return (
    <Screen title="Tenants" description="The issuers and plan sponsors of this environment.">
      <Pages
        name="tenants"
        title="Tenants"
        queryKey={['tenants']}
        counted
        load={(page) => call('GET /tenants', { query: { ...page } })}
        rowId={(row: Row<'GET /tenants'>) => row.id}
        empty="There is no tenant yet. One is made by POST /tenants."
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            cell: (row) => (
              <span className="long" dir="auto">
                {row.name}
              </span>
            ),
          },
          { id: 'slug', header: 'Short name', cell: (row) => <span className="long">{row.slug}</span> },
          { id: 'type', header: 'Kind', cell: (row) => words(row.type) },
          {
            id: 'status',
            header: 'Status',
            cell: (row) => (
              <StatusIndicator type={row.status === 'ACTIVE' ? 'success' : 'stopped'}>
                {words(row.status)}
              </StatusIndicator>
            ),
          },
          { id: 'zone', header: 'Time zone', cell: (row) => <span className="long">{row.time_zone}</span> },
          { id: 'since', header: 'Since', cell: (row) => instant(row.created_at, 'UTC') },
          { id: 'id', header: 'Id', cell: (row) => <span className="code">{row.id}</span> },
        ]}
      />
    </Screen>
  );
}
