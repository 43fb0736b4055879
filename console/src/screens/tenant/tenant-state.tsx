import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { Row } from '../../api/routes.ts';
import { words } from '../../parts/format.ts';

export function TenantState({ status }: { status: Row<'GET /tenants'>['status'] }) {
  return (
    <StatusIndicator type={status === 'ACTIVE' ? 'success' : 'stopped'}>{words(status)}</StatusIndicator>
  );
}
