import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { instant } from '../../parts/format.ts';
import { onePage, Pages } from '../../parts/pages.tsx';

type Job = Row<'GET /operations/schedules'>;

export function Schedules() {
  return (
    <Pages
      name="jobs"
      title="Jobs"
      description="The scheduled jobs, with how their last day went."
      queryKey={['operations', 'schedules']}
      load={async () => onePage(await call('GET /operations/schedules'))}
      rowId={(row: Job) => row.name}
      empty="There is no job."
      columns={[
        {
          id: 'name',
          header: 'Job',
          isRowHeader: true,
          cell: (row) => <span className="long">{row.name}</span>,
        },
        { id: 'purpose', header: 'Purpose', minWidth: 220, cell: (row) => row.purpose },
        { id: 'when', header: 'When, in UTC', cell: (row) => <span className="code">{row.expression}</span> },
        {
          id: 'last',
          header: 'Last run',
          cell: (row) => (row.last_run_at === null ? 'None in a day' : instant(row.last_run_at, 'UTC')),
        },
        { id: 'runs', header: 'Runs in a day', cell: (row) => <span className="digits">{row.runs}</span> },
        { id: 'state', header: 'State', cell: (row) => <State job={row} /> },
      ]}
    />
  );
}

function State({ job: { enabled, failures } }: { job: Job }) {
  if (!enabled) return <StatusIndicator type="stopped">Disabled by a person</StatusIndicator>;
  if (failures > 0) return <StatusIndicator type="warning">{failures} failed</StatusIndicator>;
  return <StatusIndicator type="success">Runs</StatusIndicator>;
}
