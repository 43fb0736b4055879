import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';

interface Props extends Pick<InputProps, 'inputMode'> {
  readonly label: string;
  readonly description?: string | undefined;
  readonly value: string;
  /** The fault that the API has found in the value; undefined for none. */
  readonly fault: string | undefined;
  onChange(text: string): void;
}

/** A number, a day or a word that the API checks: its fault stands below it, and spaces around it mean nothing. */
export function WrittenField({ label, description, value, fault, onChange, ...input }: Props) {
  return (
    <FormField label={label} description={description} errorText={fault ?? ''}>
      <Input {...input} value={value} onChange={({ detail }) => onChange(detail.value.trim())} />
    </FormField>
  );
}
