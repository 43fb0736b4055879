import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { onlineManager, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { isUnreachable } from '../api/problem.ts';
import { useSession } from '../session/session.ts';

/** Whether something that a screen has asked for waits for the connection. */
function isCutOff(queries: QueryClient): boolean {
  const waiting = queries.getQueryCache().findAll({ type: 'active' });
  return (
    !onlineManager.isOnline() ||
    waiting.some(({ state }) => state.fetchStatus === 'fetching' && isUnreachable(state.fetchFailureReason))
  );
}

/** Says, above everything, that what is shown may be old: nothing answers, or nobody has been here. */
export function Connection() {
  const queries = useQueryClient();
  const session = useSession();
  const isLost = useSyncExternalStore(
    (listener) => {
      const ends = [onlineManager.subscribe(listener), queries.getQueryCache().subscribe(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    () => isCutOff(queries),
  );
  return (
    <div role="status" className="connection">
      {session === 'idle' ? (
        <StatusIndicator type="stopped">
          Nobody has been here for a while. It goes on with the next key or click.
        </StatusIndicator>
      ) : (
        isLost && (
          <StatusIndicator type="warning">
            Vestry can’t be reached. What you see may be old; it is asked again by itself, and nothing that
            you have entered is lost.
          </StatusIndicator>
        )
      )}
    </div>
  );
}
