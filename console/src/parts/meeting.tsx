import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { words } from './format.ts';

type State = Row<'GET /proxy/meetings'>['state'];

const LOOKS: Readonly<Record<State, StatusIndicatorProps.Type>> = {
  SCHEDULED: 'pending',
  OPEN: 'in-progress',
  CLOSED: 'success',
  CANCELLED: 'stopped',
};

export function MeetingState({ state }: { state: State }) {
  return <StatusIndicator type={LOOKS[state]}>{words(state)}</StatusIndicator>;
}
