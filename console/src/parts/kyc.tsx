import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { words } from './format.ts';

type Status = Row<'GET /shareholders'>['kyc_status'];

const LOOKS: Readonly<Record<Status, StatusIndicatorProps.Type>> = {
  UNVERIFIED: 'stopped',
  PENDING: 'pending',
  VERIFIED: 'success',
  REJECTED: 'error',
};

export function Kyc({ status }: { status: Status }) {
  return <StatusIndicator type={LOOKS[status]}>{words(status)}</StatusIndicator>;
}
