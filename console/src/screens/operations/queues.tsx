import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { grouped } from '../../parts/format.ts';
import { Go } from '../../parts/go.tsx';
import { onePage, Pages } from '../../parts/pages.tsx';

type Queue = Row<'GET /operations/queues'>;

const EVERY_MS = 10_000;
const MINUTE_S = 60;
const HOUR_S = 3600;

const count = (messages: number) => <span className="digits">{grouped(String(messages))}</span>;

/** Queues with messages come first. */
const byMessages = (a: Queue, b: Queue): number =>
  b.visible + b.in_flight - (a.visible + a.in_flight) || a.name.localeCompare(b.name);

export function Queues() {
  return (
    <Pages
      name="queues"
      title="Queues"
      description="As SQS counts them now. What failed for good is in a queue of its own."
      queryKey={['operations', 'queues']}
      load={async () => {
        const answer = await call('GET /operations/queues');
        return onePage(Object.assign(answer, { data: answer.data.toSorted(byMessages) }));
      }}
      rowId={(row: Queue) => row.name}
      empty="There is no queue."
      everyMs={EVERY_MS}
      columns={[
        { id: 'name', header: 'Queue', isRowHeader: true, cell: (row) => <Named queue={row} /> },
        { id: 'visible', header: 'Waiting', cell: (row) => count(row.visible) },
        { id: 'in-flight', header: 'Being worked on', cell: (row) => count(row.in_flight) },
        { id: 'delayed', header: 'Later', cell: (row) => count(row.delayed) },
        { id: 'age', header: 'Oldest', cell: (row) => aged(row.oldest_age_seconds) },
        { id: 'state', header: 'State', cell: (row) => <State queue={row} /> },
      ]}
    />
  );
}

function Named({ queue: { name, dead_letters } }: { queue: Queue }) {
  if (dead_letters !== null) return <span className="long">{name}</span>;
  return (
    <span className="long">
      <Go to="/operations?tab=dead-letters">{name}</Go>
    </span>
  );
}

function State({ queue: { visible, dead_letters } }: { queue: Queue }) {
  if (visible === 0) return <StatusIndicator type="success">Empty</StatusIndicator>;
  return dead_letters === null ? (
    <StatusIndicator type="error">Failed for good</StatusIndicator>
  ) : (
    <StatusIndicator type="in-progress">At work</StatusIndicator>
  );
}

function aged(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < MINUTE_S) return `${seconds} s`;
  return seconds < HOUR_S ? `${Math.floor(seconds / MINUTE_S)} min` : `${Math.floor(seconds / HOUR_S)} h`;
}
