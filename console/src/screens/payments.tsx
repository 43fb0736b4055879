import Button from '@cloudscape-design/components/button';
import type { Me } from '../frame/me.ts';
import { useAddress } from '../parts/address.ts';
import { PaymentList } from '../parts/payment-list.tsx';
import { Screen } from '../parts/screen.tsx';

/** Movements of money: what is filtered stands in the address, also that they are of one holder, plan or dividend. */
export default function Payments({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const of = {
    dividend_id: search.get('dividend_id') ?? undefined,
    shareholder_id: search.get('shareholder_id') ?? undefined,
    plan_id: search.get('plan_id') ?? undefined,
  };
  const isOfOne = Object.values(of).some((id) => id !== undefined);
  return (
    <Screen
      title="Payments"
      description="What was ordered, what the bank has, what came back. The newest first."
    >
      <PaymentList
        me={me}
        name="payments"
        title={isOfOne ? 'Of one only' : 'Payments'}
        of={of}
        actions={
          isOfOne && (
            <Button onClick={() => set({ dividend_id: '', shareholder_id: '', plan_id: '' })}>
              Show everybody’s
            </Button>
          )
        }
      />
    </Screen>
  );
}
