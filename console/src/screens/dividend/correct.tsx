import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import { Act } from '../../parts/act.tsx';
import { holderOf } from '../../parts/holder.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

interface Props {
  readonly dividend: { readonly id: string; readonly version: number; readonly currency: string };
  onProposed(approvalId: string): void;
  onClose(): void;
}

/** Corrects what one holder is owed by a dividend that is frozen: the snapshot stays what it was. */
export function Correct({ dividend, onProposed, onClose }: Props) {
  const [holder, setHolder] = useState('');
  const [amount, setAmount] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const { id, version, currency } = dividend;
  return (
    <Act
      verb="Correct it"
      asks="For a holder who was missed, or a transfer that came too late. Once a second person has approved it, it is a line of its own beside the others, and is paid as they are."
      reason={{ most: 500, needed: true }}
      record={dividend}
      disabled={holder === '' || amount === ''}
      content={`${version} ${holder} ${amount}`}
      send={async ({ key, reason }) => {
        const shareholder_id = await holderOf(holder);
        return call('POST /dividends/{id}/adjustments', {
          ...{ params: { id }, version, key },
          body: { shareholder_id, amount, reason },
        });
      }}
      onRefused={setRefused}
      onDone={(request) => onProposed(request.id)}
      onClose={onClose}
    >
      <WrittenField
        label="Holder’s reference"
        value={holder}
        fault={faultOf(refused, 'shareholder_id', holder)}
        onChange={setHolder}
      />
      <WrittenField
        label={`Owed beside it, in ${currency}`}
        description="Such as 125.50. A minus takes back what is unpaid, and not on its way."
        value={amount}
        fault={faultOf(refused, 'amount', amount)}
        inputMode="decimal"
        onChange={setAmount}
      />
    </Act>
  );
}
