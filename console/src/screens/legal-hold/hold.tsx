import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { Row } from '../../api/routes.ts';
import { words } from '../../parts/format.ts';
import { Go } from '../../parts/go.tsx';
import { HolderLink } from '../../parts/holder.tsx';

export type Hold = Row<'GET /legal-holds'>;

export function HoldState({ status }: { status: Hold['status'] }) {
  return (
    <StatusIndicator type={status === 'ACTIVE' ? 'in-progress' : 'stopped'}>{words(status)}</StatusIndicator>
  );
}

export function HoldSubject({
  hold: { subject, shareholder_id, employee_id, subject_name: name },
}: {
  hold: Hold;
}) {
  if (shareholder_id !== null) return <HolderLink id={shareholder_id} name={name} />;
  if (employee_id === null) return <span className="long">{words(subject)}</span>;
  return (
    <span className="long" dir="auto">
      <Go to={`/participants/${encodeURIComponent(employee_id)}`}>{name ?? employee_id}</Go>
    </span>
  );
}
