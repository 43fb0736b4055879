import Tabs from '@cloudscape-design/components/tabs';
import { lazy, Suspense } from 'react';
import { useAddress } from '../parts/address.ts';
import { Screen } from '../parts/screen.tsx';
import { DeadLetters } from './operations/dead-letters.tsx';
import { Executions } from './operations/executions.tsx';
import { Queues } from './operations/queues.tsx';
import { Schedules } from './operations/schedules.tsx';
import { StuckWork } from './operations/stuck-work.tsx';

/** Only a console of one’s own machine is built with it: no other platform’s time can be moved. */
const TimeMachine =
  import.meta.env.MODE === 'machine' || import.meta.env.DEV
    ? lazy(async () => ({ default: (await import('./operations/time-machine.tsx')).TimeMachine }))
    : undefined;

/** An operator looks here when something does not move: at queues, what failed for good, jobs, and work that stands still. */
export default function Operations() {
  const [search, set] = useAddress();
  return (
    <Screen title="Operations" description="All tenants. Nothing here shows what belongs to one of them.">
      <Tabs
        activeTabId={search.get('tab') ?? 'queues'}
        onChange={({ detail }) => set({ tab: detail.activeTabId })}
        tabs={[
          { id: 'queues', label: 'Queues', content: <Queues /> },
          { id: 'dead-letters', label: 'Failed for good', content: <DeadLetters /> },
          { id: 'stuck', label: 'Stuck work', content: <StuckWork /> },
          { id: 'executions', label: 'Executions', content: <Executions /> },
          { id: 'jobs', label: 'Jobs', content: <Schedules /> },
          ...(TimeMachine === undefined
            ? []
            : [
                {
                  id: 'time',
                  label: 'Time',
                  content: (
                    <Suspense fallback={null}>
                      <TimeMachine />
                    </Suspense>
                  ),
                },
              ]),
        ]}
      />
    </Screen>
  );
}
