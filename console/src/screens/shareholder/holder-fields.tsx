import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { faultOf, faultWithin } from '../../api/problem.ts';
import { OneOf } from '../../parts/one-of.tsx';
import type { WrittenHolder } from './written-holder.ts';

const LONGEST = 500;

const KINDS = [
  { value: '', label: 'Not said' },
  { value: 'PERSON', label: 'Person' },
  { value: 'ORGANISATION', label: 'Organisation' },
] as const;

interface Props {
  readonly written: WrittenHolder;
  readonly refused: Error | null;
  onChange(written: WrittenHolder): void;
}

export function HolderFields({ written, refused, onChange }: Props) {
  const change = (name: keyof WrittenHolder, text: string): void =>
    onChange({ ...written, [name]: text.slice(0, LONGEST) });
  const field = (name: keyof WrittenHolder, label: string, pointer: string, description = '') => (
    <FormField
      label={label}
      description={description}
      errorText={faultOf(refused, pointer, written[name]) ?? ''}
    >
      <Input value={written[name]} onChange={({ detail }) => change(name, detail.value)} />
    </FormField>
  );
  return (
    <SpaceBetween size="m">
      <FormField label="Kind" errorText={faultOf(refused, 'kind', written.kind) ?? ''}>
        <OneOf options={KINDS} value={written.kind} onChange={(kind) => onChange({ ...written, kind })} />
      </FormField>
      {written.kind === 'PERSON' && field('given_name', 'Given name', 'given_name')}
      {written.kind === 'PERSON' && field('family_name', 'Family name', 'family_name')}
      {field(
        'name',
        'Name',
        'name',
        written.kind === 'PERSON'
          ? 'What is shown. Left empty, it is made of the given and the family name.'
          : '',
      )}
      {field('email', 'Email', 'contact/email')}
      {field('phone', 'Telephone', 'contact/phone')}
      {field('address', 'Address', 'contact/address', 'On one line. Left empty, it is made of its parts.')}
      <ExpandableSection headerText="Street, city and country" defaultExpanded={written.country !== ''}>
        <SpaceBetween size="m">
          <FormField
            label="Lines"
            description="Street and house, up to three."
            errorText={faultWithin(refused, 'contact/postal_address/lines', written.lines) ?? ''}
          >
            <Textarea
              rows={2}
              value={written.lines}
              onChange={({ detail }) => change('lines', detail.value)}
            />
          </FormField>
          {field('city', 'City', 'contact/postal_address/city')}
          {field('region', 'State or region', 'contact/postal_address/region')}
          {field('postal_code', 'Postal code', 'contact/postal_address/postal_code')}
          {field('country', 'Country', 'contact/postal_address/country', 'Two letters, as US.')}
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}
