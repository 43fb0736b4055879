import FormField from '@cloudscape-design/components/form-field';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { ClassChoice } from '../../parts/class-choice.tsx';
import { holderOf } from '../../parts/holder.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

const EMPTY = { from: '', to: '', quantity: '', effective_date: '', security_class: 'COMMON' };

interface Props {
  onDone(answer: Answer<'POST /shareholders/transfers'>): void;
  onClose(): void;
}

/** Enters a transfer between two holders, who are found by their references. */
export function Lodge({ onDone, onClose }: Props) {
  const [written, setWritten] = useState(EMPTY);
  const [refused, setRefused] = useState<Error | null>(null);
  const { from, to, ...terms } = written;
  const field = (name: keyof typeof EMPTY, label: string, at: string = name, description = '') => (
    <WrittenField
      key={name}
      label={label}
      description={description}
      value={written[name]}
      fault={faultOf(refused, at, written[name])}
      onChange={(text) => setWritten({ ...written, [name]: text })}
    />
  );
  return (
    <Act
      verb="Enter the transfer"
      asks="It takes effect at once, or waits for a second person where it is above the limit of the register."
      reason={{ most: 200 }}
      disabled={[from, to, terms.quantity, terms.effective_date].includes('')}
      content={JSON.stringify(written)}
      send={async ({ key, reason }) => {
        const from_shareholder_id = await holderOf(from, 'from_shareholder_id');
        const to_shareholder_id = await holderOf(to, 'to_shareholder_id');
        return call('POST /shareholders/transfers', {
          key,
          body: { ...terms, from_shareholder_id, to_shareholder_id, ...(reason === '' ? {} : { reason }) },
        });
      }}
      onRefused={setRefused}
      onDone={onDone}
      onClose={onClose}
    >
      {field('from', 'From', 'from_shareholder_id', 'The holder’s reference.')}
      {field('to', 'To', 'to_shareholder_id', 'The holder’s reference.')}
      {field('quantity', 'Shares', 'quantity', 'Without separators, to 8 decimal places.')}
      <FormField label="Class">
        <ClassChoice
          value={written.security_class}
          onChange={(security_class) => setWritten({ ...written, security_class })}
        />
      </FormField>
      {field('effective_date', 'Effective date', 'effective_date', 'YYYY-MM-DD, today or earlier.')}
    </Act>
  );
}
