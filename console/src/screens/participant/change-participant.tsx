import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';

type Participant = Answer<'GET /participants/{employee}'>;

const FIELDS = {
  name: { label: 'Name', hint: '' },
  email: { label: 'Email', hint: '' },
  date_of_birth: { label: 'Born', hint: 'YYYY-MM-DD' },
  hired_on: { label: 'Hired', hint: 'YYYY-MM-DD. Service, and so vesting, counts from it.' },
  terminated_on: { label: 'Last day of service', hint: 'YYYY-MM-DD. Their plans end by themselves.' },
  rehired_on: { label: 'Came back', hint: 'YYYY-MM-DD' },
  compensation: { label: 'Pay of a year, in USD', hint: 'Without separators.' },
} as const;
type Field = keyof typeof FIELDS;
const NAMES = Object.keys(FIELDS) as Field[];

const writtenOf = (of: Participant): Readonly<Record<Field, string>> => ({
  name: of.name ?? '',
  email: of.email ?? '',
  date_of_birth: of.date_of_birth ?? '',
  hired_on: of.hired_on ?? '',
  terminated_on: of.terminated_on ?? '',
  rehired_on: of.rehired_on ?? '',
  compensation: of.compensation ?? '',
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Changes what the census has of a person. */
export function ChangeParticipant({ of, onClose }: { of: Participant; onClose(): void }) {
  const [seen] = useState(() => writtenOf(of));
  const [written, setWritten] = useState(seen);
  const [refused, setRefused] = useState<Error | null>(null);
  const changed = NAMES.filter((name) => written[name] !== seen[name]);
  const edited = Object.fromEntries(changed.map((name) => [name, orNull(written[name])]));
  const body = { date_of_birth: of.date_of_birth, ...edited };
  const { employee_id: employee, version } = of;
  return (
    <Act
      verb="Change the person"
      asks="With another name or date of birth, the KYC check is made again. An empty field clears what was there."
      record={of}
      disabled={changed.length === 0}
      content={JSON.stringify([version, body])}
      send={() => call('PUT /participants/{employee}', { params: { employee }, version, body })}
      onRefused={setRefused}
      onClose={onClose}
    >
      {NAMES.map((name) => (
        <FormField
          key={name}
          label={FIELDS[name].label}
          description={FIELDS[name].hint}
          errorText={faultOf(refused, name, written[name]) ?? ''}
        >
          <Input
            value={written[name]}
            onChange={({ detail }) => setWritten({ ...written, [name]: detail.value })}
          />
        </FormField>
      ))}
    </Act>
  );
}
