import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { faultOf } from '../../api/problem.ts';

/** The form of a holder before anything is written: an empty text is none. */
export const EMPTY_HOLDER = { name: '', email: '', phone: '', address: '' };
export type WrittenHolder = typeof EMPTY_HOLDER;

const LONGEST = 500;

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
      {field('name', 'Name', 'name')}
      {field('email', 'Email', 'contact/email')}
      {field('phone', 'Telephone', 'contact/phone')}
      {field('address', 'Address', 'contact/address', 'On one line.')}
    </SpaceBetween>
  );
}
