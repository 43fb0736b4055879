import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Textarea from '@cloudscape-design/components/textarea';
import { faultOf, faultWithin } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { OneOf, optionsIn, optionsOf } from '../../parts/one-of.tsx';

type Profile = Extract<Answer<'GET /settings/payments'>, { channel: string }>['bank_profile'];
type AccountType = NonNullable<Profile['offset_account']>['account_type'];

export const LINE_ENDS: Readonly<Record<Profile['line_ends'], string>> = {
  LF: 'LF, as Unix has them',
  CRLF: 'CR LF, as Windows has them',
};

const MOST_TEXT = 2_000;
const LONGEST = 100;

/** The wishes of the bank for its files as they are written in the form: an empty text is none. */
export interface FileDetails {
  readonly line_ends: Profile['line_ends'];
  readonly padding: boolean;
  readonly file_name: string;
  readonly entry_description: string;
  /** A day a line. */
  readonly non_business_days: string;
  readonly routing_number: string;
  /** A new number; empty for the one that is kept sealed. */
  readonly account_number: string;
  readonly account_type: AccountType;
}

export function detailsOf(profile: Profile): FileDetails {
  const { line_ends, padding, file_name, offset_account: offset } = profile;
  return {
    ...{ line_ends, padding, file_name },
    entry_description: profile.entry_description ?? '',
    non_business_days: profile.non_business_days.join('\n'),
    routing_number: offset?.routing_number ?? '',
    account_number: '',
    account_type: offset?.account_type ?? 'CHECKING',
  };
}

/** Returns them as the API takes them. */
export function enteredOf(details: FileDetails) {
  const { line_ends, padding, account_type } = details;
  const routing_number = details.routing_number.trim();
  const account_number = details.account_number.trim();
  const isBalanced = routing_number !== '' || account_number !== '';
  return {
    ...{ line_ends, padding, file_name: details.file_name.trim() },
    entry_description: details.entry_description.trim() || null,
    non_business_days: details.non_business_days.split(/[\s,;]+/).filter((day) => day !== ''),
    offset_account: isBalanced
      ? { routing_number, account_type, ...(account_number === '' ? {} : { account_number }) }
      : null,
  };
}

interface Props {
  readonly details: FileDetails;
  /** The end of the number that is kept; undefined for none. */
  readonly last4: string | undefined;
  readonly refused: Error | null;
  onChange(details: FileDetails): void;
}

/** The form of what is agreed with the bank on its files. */
export function FileForm({ details, last4, refused, onChange }: Props) {
  const change = (changes: Partial<FileDetails>): void => onChange({ ...details, ...changes });
  const text = (
    name: 'file_name' | 'entry_description' | 'routing_number' | 'account_number',
    label: string,
    at: string,
    description: string,
  ) => (
    <FormField
      label={label}
      description={description}
      errorText={faultOf(refused, `bank_profile/${at}`, details[name]) ?? ''}
    >
      <Input
        value={details[name]}
        onChange={({ detail }) => change({ [name]: detail.value.slice(0, LONGEST) })}
      />
    </FormField>
  );
  return (
    <ColumnLayout columns={2}>
      <FormField label="Lines end by">
        <OneOf
          options={optionsOf(LINE_ENDS)}
          value={details.line_ends}
          onChange={(line_ends) => change({ line_ends })}
        />
      </FormField>
      {text('file_name', 'Names of files', 'file_name', 'A pattern, as agreed.')}
      {text('entry_description', 'Payments are called', 'entry_description', 'None: by what they are for.')}
      <FormField
        label="The bank’s own holidays"
        description="A day a line, beside those of the Federal Reserve."
        errorText={faultWithin(refused, 'bank_profile/non_business_days', details.non_business_days) ?? ''}
      >
        <Textarea
          value={details.non_business_days}
          rows={2}
          placeholder="YYYY-MM-DD"
          onChange={({ detail }) => change({ non_business_days: detail.value.slice(0, MOST_TEXT) })}
        />
      </FormField>
      {text(
        'routing_number',
        'Batches are balanced by, routing number',
        'offset_account/routing_number',
        'None: the bank balances them.',
      )}
      {text(
        'account_number',
        'Batches are balanced by, account number',
        'offset_account/account_number',
        last4 === undefined ? 'The whole number.' : `None: …${last4}, as it is.`,
      )}
      <FormField label="Kind of that account">
        <OneOf
          options={optionsIn(['CHECKING', 'SAVINGS'] as const)}
          value={details.account_type}
          onChange={(account_type) => change({ account_type })}
        />
      </FormField>
      <Checkbox checked={details.padding} onChange={({ detail }) => change({ padding: detail.checked })}>
        Files are filled up to blocks of ten lines
      </Checkbox>
    </ColumnLayout>
  );
}
