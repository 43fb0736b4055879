import Button from '@cloudscape-design/components/button';
import { useLocation } from 'wouter';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { DividendList } from '../parts/dividend-list.tsx';
import { Screen } from '../parts/screen.tsx';

export default function Dividends({ me }: { me: Me }) {
  const [, go] = useLocation();
  return (
    <Screen
      title="Dividends"
      description="Positions are frozen when the record date is over; nothing is paid before the payable date, or before a second person has approved."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => go('/dividends/new')}>
            Declare a dividend
          </Button>
        )
      }
    >
      <DividendList me={me} />
    </Screen>
  );
}
