import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useLocation } from 'wouter';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { useAddress } from '../parts/address.ts';
import { ClassChoice } from '../parts/class-choice.tsx';
import { Screen } from '../parts/screen.tsx';
import { SplitList } from './splits/split-list.tsx';

/** The splits of the company’s shares. */
export default function Splits({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const [, go] = useLocation();
  const securityClass = search.get('class') ?? '';
  return (
    <Screen
      title="Splits"
      description="Every holder of a class has more, or fewer, shares from a day on, by the same ratio."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => go('/splits/new')}>
            Propose a split
          </Button>
        )
      }
    >
      <SplitList
        name="splits"
        securityClass={securityClass}
        zone={me.tenant?.time_zone}
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <ClassChoice
              ariaLabel="Class"
              value={securityClass}
              all="All classes"
              onChange={(code) => set({ class: code })}
            />
          </SpaceBetween>
        }
      />
    </Screen>
  );
}
