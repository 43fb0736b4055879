import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { faultOf } from '../../api/problem.ts';
import type { Row } from '../../api/routes.ts';
import { OneOf, optionsOf } from '../../parts/one-of.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

type Kind = Row<'GET /security-classes'>['kind'];

const KINDS = optionsOf<Kind>({ COMMON: 'Common', PREFERRED: 'Preferred', OTHER: 'Other' });

/** The form of a class before anything is written: an empty number is the API’s own, or no limit. */
export const EMPTY_CLASS = { name: '', kind: 'COMMON' as Kind, votes: '', authorized: '' };
export type WrittenClass = typeof EMPTY_CLASS;

export function limitsOf({ votes, authorized }: WrittenClass) {
  return {
    ...(votes === '' ? {} : { votes_per_share: votes }),
    ...(authorized === '' ? {} : { authorized }),
  };
}

interface Props {
  readonly written: WrittenClass;
  readonly refused: Error | null;
  onChange(written: WrittenClass): void;
}

export function ClassFields({ written, refused, onChange }: Props) {
  const change = (changes: Partial<WrittenClass>): void => onChange({ ...written, ...changes });
  return (
    <SpaceBetween size="m">
      <FormField label="Name" errorText={faultOf(refused, 'name', written.name) ?? ''}>
        <Input value={written.name} onChange={({ detail }) => change({ name: detail.value })} />
      </FormField>
      <FormField label="Kind">
        <OneOf options={KINDS} value={written.kind} onChange={(kind) => change({ kind })} />
      </FormField>
      <WrittenField
        label="Votes a share"
        description="One, unless you say. With none, the class doesn’t vote."
        value={written.votes}
        fault={faultOf(refused, 'votes_per_share', written.votes)}
        inputMode="decimal"
        onChange={(votes) => change({ votes })}
      />
      <WrittenField
        label="Authorised shares"
        description="Without separators. Nothing means that there is no limit."
        value={written.authorized}
        fault={faultOf(refused, 'authorized', written.authorized)}
        inputMode="decimal"
        onChange={(authorized) => change({ authorized })}
      />
    </SpaceBetween>
  );
}
