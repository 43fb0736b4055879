import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { Act } from './act.tsx';
import { words } from './format.ts';
import { OneOf } from './one-of.tsx';

interface Props {
  /** The payment as it was seen: if it is another one by now, nothing is done. */
  readonly payment: { readonly id: string; readonly version: number };
  onClose(): void;
  /** A change that waits for a second person. */
  onProposed(approvalId: string): void;
}

const sentOf = ({ id, version }: Props['payment']) => ({ params: { id }, version });
const contentOf = ({ id, version }: Props['payment']): string => `${id} ${version}`;

export function CancelPayment({ payment, onClose }: Omit<Props, 'onProposed'>) {
  return (
    <Act
      verb="Cancel the payment"
      asks="Nothing leaves. What a dividend owes by it stays owed, and can be paid again."
      reason={{ most: 200, needed: true }}
      record={payment}
      content={contentOf(payment)}
      send={({ key, reason }) =>
        call('POST /transactions/{id}/cancel', { ...sentOf(payment), key, body: { reason } })
      }
      onClose={onClose}
    />
  );
}

interface ReverseProps extends Omit<Props, 'onProposed'> {
  onAsked(reversalId: string): void;
}

export function ReversePayment({ payment, onClose, onAsked }: ReverseProps) {
  return (
    <Act
      verb="Ask for the money back"
      asks="The whole amount, within five banking days, for a payment that was made twice, or with a wrong amount, payee or date. Tell the payee before it arrives. A second person decides."
      reason={{ most: 200, needed: true }}
      record={payment}
      content={contentOf(payment)}
      send={({ key, reason }) =>
        call('POST /transactions/{id}/reversal', { ...sentOf(payment), key, body: { reason } })
      }
      onDone={({ id }) => onAsked(id)}
      onClose={onClose}
    />
  );
}

const OUTCOMES = {
  SETTLED: 'The payee has the money',
  RETURNED: 'The money came back',
  FAILED: 'The bank never carried it out',
} as const;
type Outcome = keyof typeof OUTCOMES;
const options = Object.entries(OUTCOMES).map(([value, description]) => ({
  value: value as Outcome,
  label: words(value),
  description,
}));

export function ResolvePayment({ payment, onClose, onProposed }: Props) {
  const [outcome, setOutcome] = useState<Outcome>('SETTLED');
  const [returnCode, setReturnCode] = useState('');
  const code = outcome === 'RETURNED' && returnCode !== '' ? { code: returnCode } : {};
  return (
    <Act
      verb="Say what became of it"
      asks="For a payment of which the bank says nothing, or what can’t be. A second person decides; it then is what it would be, had the bank said so."
      reason={{ label: 'Evidence: who at the bank has said it, and when', most: 500, needed: true }}
      content={`${contentOf(payment)} ${outcome} ${returnCode}`}
      send={({ key, reason }) =>
        call('POST /transactions/{id}/resolve', {
          ...sentOf(payment),
          key,
          body: { outcome, reason, ...code },
        })
      }
      onDone={({ id }) => onProposed(id)}
      onClose={onClose}
    >
      <FormField label="Outcome">
        <OneOf options={options} value={outcome} onChange={(chosen) => setOutcome(chosen)} />
      </FormField>
      {outcome === 'RETURNED' && (
        <FormField label="Return code" description="Such as R03, if the bank has named one.">
          <Input
            value={returnCode}
            onChange={({ detail }) => setReturnCode(detail.value.trim().toUpperCase())}
          />
        </FormField>
      )}
    </Act>
  );
}
