import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { Choice, useChoice } from '../../parts/choice.tsx';
import { instant, words } from '../../parts/format.ts';
import { namesOf } from '../../parts/names.ts';
import { Pages } from '../../parts/pages.tsx';

type Execution = Row<'GET /operations/executions'>;

const LOOKS: Readonly<Record<Execution['status'], StatusIndicatorProps.Type>> = {
  RUNNING: 'in-progress',
  SUCCEEDED: 'success',
  FAILED: 'error',
  TIMED_OUT: 'error',
  ABORTED: 'stopped',
  PENDING_REDRIVE: 'pending',
};
const STATUSES = namesOf(LOOKS).filter((status) => status !== 'RUNNING');

/** The executions of the machine that pays. */
export function Executions() {
  const status = useChoice('status', STATUSES);
  return (
    <Pages
      key={status ?? ''}
      name="executions"
      title="Executions"
      description="Of the machine that pays, as Step Functions lists them, the newest first. Each is named for its payment."
      queryKey={['operations', 'executions', status]}
      load={({ cursor, limit }) => call('GET /operations/executions', { query: { cursor, limit, status } })}
      rowId={(row: Execution) => row.name}
      empty="There is none."
      filter={
        <SpaceBetween direction="horizontal" size="m">
          <Choice name="status" label="Status" values={STATUSES} all="Running" />
        </SpaceBetween>
      }
      columns={[
        {
          id: 'name',
          header: 'Payment',
          isRowHeader: true,
          minWidth: 260,
          cell: (row) => <span className="code">{row.name}</span>,
        },
        { id: 'machine', header: 'Machine', cell: (row) => row.machine },
        {
          id: 'status',
          header: 'Status',
          minWidth: 130,
          cell: (row) => <StatusIndicator type={LOOKS[row.status]}>{words(row.status)}</StatusIndicator>,
        },
        { id: 'started', header: 'Started', minWidth: 150, cell: (row) => instant(row.started_at, 'UTC') },
        {
          id: 'ended',
          header: 'Ended',
          minWidth: 150,
          cell: (row) => (row.stopped_at === null ? '–' : instant(row.stopped_at, 'UTC')),
        },
      ]}
    />
  );
}
