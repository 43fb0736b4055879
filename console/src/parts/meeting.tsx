import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { grouped, words } from './format.ts';

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

/** A ballot, item by item. */
export function choicesOf({ choices }: Pick<Row<'GET /shareholders/{id}/votes'>, 'choices'>): string {
  return Object.entries(choices)
    .map(([item, choice]) => {
      if (typeof choice === 'string') return `${item}: ${words(choice).toLowerCase()}`;
      const parts = Object.entries(choice).map(
        ([one, votes]) => `${words(one).toLowerCase()} ${grouped(votes)}`,
      );
      return `${item}: ${parts.join(', ')}`;
    })
    .join('\n');
}
