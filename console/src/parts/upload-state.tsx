import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { words } from './format.ts';

type Upload = Pick<Row<'GET /uploads'>, 'state' | 'dry_run' | 'rejected'>;

const LOOKS: Readonly<Record<Upload['state'], StatusIndicatorProps.Type>> = {
  RECEIVED: 'pending',
  VALIDATING: 'in-progress',
  AWAITING_APPROVAL: 'pending',
  COMPLETED: 'success',
  FAILED: 'error',
};

export function UploadState({ upload: { state, dry_run, rejected } }: { upload: Upload }) {
  const type = state === 'COMPLETED' && rejected > 0 ? 'warning' : LOOKS[state];
  const text = state !== 'COMPLETED' ? words(state) : dry_run ? 'Checked' : 'Loaded';
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

/** Whether it still moves by itself. */
export function isUnderWay({ state }: Upload): boolean {
  return state === 'RECEIVED' || state === 'VALIDATING';
}
