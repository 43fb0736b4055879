import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { instant, words } from '../../parts/format.ts';
import { onePage, Pages } from '../../parts/pages.tsx';

const MOST = '200';

export function StuckWork() {
  return (
    <Pages
      name="stuck-work"
      title="Stuck work"
      description="What should have moved and has not, the longest first."
      queryKey={['operations', 'stuck']}
      load={async () => onePage(await call('GET /operations/stuck', { query: { limit: MOST } }))}
      rowId={(row: Row<'GET /operations/stuck'>) => `${row.kind} ${row.resource}`}
      empty="Everything moves."
      columns={[
        { id: 'kind', header: 'What', isRowHeader: true, cell: (row) => words(row.kind) },
        { id: 'resource', header: 'Of', cell: (row) => <span className="code">{row.resource}</span> },
        { id: 'tenant', header: 'Tenant', cell: (row) => <span className="code">{row.tenant_id}</span> },
        { id: 'status', header: 'State', cell: (row) => (row.status === null ? '–' : words(row.status)) },
        {
          id: 'channel',
          header: 'Channel',
          cell: (row) => (row.channel === null ? '–' : words(row.channel)),
        },
        {
          id: 'restarts',
          header: 'Started again',
          cell: (row) => <span className="digits">{row.restarts ?? '–'}</span>,
        },
        { id: 'since', header: 'Since', cell: (row) => instant(row.since, 'UTC') },
        {
          id: 'request',
          header: 'Request',
          cell: (row) => <span className="code">{row.request_id ?? '–'}</span>,
        },
      ]}
    />
  );
}
