import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../../api/routes.ts';
import { words } from '../../parts/format.ts';

type State = Row<'GET /releases'>['state'];

const LOOKS: Readonly<Record<State, StatusIndicatorProps.Type>> = {
  PROPOSED: 'pending',
  OFFERED: 'in-progress',
  SETTLED: 'success',
  DECLINED: 'error',
  CANCELLED: 'stopped',
};

export function ReleaseState({ state }: { state: State }) {
  return <StatusIndicator type={LOOKS[state]}>{words(state)}</StatusIndicator>;
}
