import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { faultOf } from '../api/problem.ts';
import type { Me } from '../frame/me.ts';
import { Act } from './act.tsx';
import { type Checked, KYC_LOOKS, type KycStatus } from './kyc.tsx';
import { namesOf } from './names.ts';
import { OneOf, optionsIn } from './one-of.tsx';

interface Outcome {
  readonly status: KycStatus;
  readonly reason?: string;
  readonly effective_date?: string;
}

interface Props {
  readonly me: Me;
  /** Whoever was checked, as they are shown. */
  readonly of: Checked;
  send(outcome: Outcome, version: number): Promise<unknown>;
}

const options = optionsIn(namesOf(KYC_LOOKS));

/** A way to record the outcome of a KYC check, for those who may. */
export function RecordCheck(props: Props) {
  const [isOpen, setOpen] = useState(false);
  if (props.me.role !== 'COMPLIANCE') return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Record a KYC check</Button>
      {isOpen && <CheckForm {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function CheckForm({ of, send, onClose }: Props & { onClose(): void }) {
  const [status, setStatus] = useState<KycStatus>(of.kyc_status === 'VERIFIED' ? 'REJECTED' : 'VERIFIED');
  const [on, setOn] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  return (
    <Act
      verb="Record the check"
      asks="The outcome takes effect at once. What is on record of the last check is replaced; the trail keeps it."
      reason={{ most: 200 }}
      content={`${of.version} ${status} ${on}`}
      record={of}
      send={({ reason }) =>
        send(
          {
            status,
            ...(reason === '' ? {} : { reason }),
            ...(on === '' ? {} : { effective_date: on }),
          },
          of.version,
        )
      }
      onRefused={setRefused}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        <FormField label="Outcome">
          <OneOf options={options} value={status} onChange={(chosen) => setStatus(chosen)} />
        </FormField>
        <FormField
          label="Day of the check"
          constraintText="Optional."
          errorText={faultOf(refused, 'effective_date', on) ?? ''}
        >
          <Input
            value={on}
            placeholder="YYYY-MM-DD"
            onChange={({ detail }) => setOn(detail.value.trim().slice(0, 10))}
          />
        </FormField>
      </SpaceBetween>
    </Act>
  );
}
