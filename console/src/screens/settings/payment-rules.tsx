import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf, faultWithin } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act, proposedBy } from '../../parts/act.tsx';
import { OneOf } from '../../parts/one-of.tsx';
import { detailsOf, enteredOf, type FileDetails, FileForm } from './file-details.tsx';

export type OfPayments = Extract<Answer<'GET /settings/payments'>, { channel: string }>;
type Channel = OfPayments['channel'];
type Originator = NonNullable<OfPayments['ach_originator']>;

export const CHANNELS: Readonly<Record<Channel, string>> = {
  BANK: 'The bank’s API',
  NACHA_FILE: 'Files for the bank',
};
const channels = Object.entries(CHANNELS).map(([value, label]) => ({ value: value as Channel, label }));

/** The parts of an originator that are text, as the bank has agreed to them. */
const ORIGINATOR = {
  company_name: 'Company',
  company_id: 'Its id, ten characters',
  odfi_routing_number: 'Routing number of the bank',
  immediate_destination: 'Files go to, by routing number',
  immediate_destination_name: 'Files go to, by name',
  immediate_origin: 'Files come from, ten characters',
} as const;
type Part = keyof typeof ORIGINATOR;
const PARTS = Object.keys(ORIGINATOR) as Part[];

const MOST_TEXT = 2_000;
const LONGEST = 100;

/** The rules as they are written in the form. What they have to be, the API says. */
interface Written {
  readonly channel: Channel;
  /** A currency and an amount a line. */
  readonly limits: string;
  readonly hours: string;
  readonly originator: Readonly<Record<Part, string>>;
  readonly same_day: boolean;
  readonly prenotes: boolean;
  readonly time_zone: string;
  readonly same_day_cut_off: string;
  readonly next_day_cut_off: string;
  /** A new number; empty for the one that is kept sealed. */
  readonly statement_account: string;
  readonly file: FileDetails;
}

function writtenOf(settings: OfPayments): Written {
  const { ach_originator: originator, bank_profile: profile } = settings;
  const parts = PARTS.map((part) => [part, originator?.[part] ?? '']);
  return {
    channel: settings.channel,
    limits: settings.approve_above.map(({ currency, amount }) => `${currency} ${amount}`).join('\n'),
    hours: String(settings.cooling_off_hours),
    originator: Object.fromEntries(parts) as Record<Part, string>,
    same_day: originator?.same_day ?? false,
    prenotes: profile.prenotes,
    time_zone: profile.time_zone,
    same_day_cut_off: profile.same_day_cut_off ?? '',
    next_day_cut_off: profile.next_day_cut_off ?? '',
    statement_account: '',
    file: detailsOf(profile),
  };
}

const limitsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [currency = '', amount = ''] = line.trim().split(/[\s:,;]+/);
      return { currency: currency.toUpperCase(), amount };
    });

/** All rules: what the form doesn’t show stays as it is, and so does the number of an account that nobody has written anew. */
function bodyOf(written: Written, settings: OfPayments) {
  const isOriginator = PARTS.some((part) => written.originator[part].trim() !== '');
  const originator: Originator = { ...written.originator, same_day: written.same_day };
  const number = written.statement_account.trim();
  const isCompared = number !== '' || settings.statement_account !== null;
  return {
    channel: written.channel,
    approve_above: limitsOf(written.limits),
    // An empty field is no zero: the API refuses it.
    cooling_off_hours: Number(written.hours.trim() || Number.NaN),
    ...(isOriginator ? { ach_originator: originator } : {}),
    bank_profile: {
      ...enteredOf(written.file),
      ...{ prenotes: written.prenotes, time_zone: written.time_zone.trim() },
      same_day_cut_off: written.same_day_cut_off === '' ? null : written.same_day_cut_off,
      next_day_cut_off: written.next_day_cut_off === '' ? null : written.next_day_cut_off,
    },
    ...(isCompared ? { statement_account: number === '' ? {} : { account_number: number } } : {}),
  };
}

interface Props {
  readonly settings: OfPayments;
  onClose(): void;
  onProposed(approvalId: string | undefined): void;
}

export function PaymentRules({ settings, onClose, onProposed }: Props) {
  const [written, setWritten] = useState(() => writtenOf(settings));
  const [refused, setRefused] = useState<Error | null>(null);
  const change = (changes: Partial<Written>): void => setWritten({ ...written, ...changes });
  const body = bodyOf(written, settings);
  const fault = (field: string, now: string): string => faultOf(refused, field, now) ?? '';
  const text = (
    name: 'hours' | 'time_zone' | 'same_day_cut_off' | 'next_day_cut_off' | 'statement_account',
    label: string,
    field: string,
    hint = '',
  ) => (
    <FormField label={label} description={hint} errorText={fault(field, written[name])}>
      <Input
        value={written[name]}
        onChange={({ detail }) => change({ [name]: detail.value.slice(0, LONGEST) })}
      />
    </FormField>
  );
  const account = settings.statement_account?.account_last4;
  const isByFile = written.channel === 'NACHA_FILE';
  return (
    <Act
      verb="Set the rules"
      asks="A lower limit takes effect at once. A higher one, a shorter wait for new accounts, and another way to the bank wait for a second person. What this form does not name stays as it is."
      content={JSON.stringify([settings.version, body])}
      record={settings}
      send={() => call('PUT /settings/payments', { version: settings.version, body })}
      onRefused={setRefused}
      onDone={(answer) => onProposed(proposedBy(answer))}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        <FormField label="Payments leave by" errorText={fault('channel', written.channel)}>
          <OneOf
            options={channels}
            value={written.channel}
            onChange={(chosen) => change({ channel: chosen })}
          />
        </FormField>
        <FormField
          label="A second person approves above"
          description={`One a line, such as USD 25000.00; zero means always. Other currencies: ${settings.approve_above_default}.`}
          errorText={faultWithin(refused, 'approve_above', written.limits) ?? ''}
        >
          <Textarea
            value={written.limits}
            rows={2}
            onChange={({ detail }) => change({ limits: detail.value.slice(0, MOST_TEXT) })}
          />
        </FormField>
        <ColumnLayout columns={2}>
          {text('hours', 'Hours that a new account waits', 'cooling_off_hours')}
          {text(
            'statement_account',
            'Paid from, the whole number',
            'statement_account/account_number',
            account === undefined ? 'Its statements are compared.' : `None: …${account}, as it is.`,
          )}
          {text('time_zone', 'The bank’s clock', 'bank_profile/time_zone')}
          {text('same_day_cut_off', 'Same day until', 'bank_profile/same_day_cut_off', 'HH:MM, or none.')}
          {text('next_day_cut_off', 'Next day until', 'bank_profile/next_day_cut_off', 'HH:MM, or none.')}
          <Checkbox
            checked={written.prenotes}
            onChange={({ detail }) => change({ prenotes: detail.checked })}
          >
            New accounts are asked for first
          </Checkbox>
        </ColumnLayout>
        {isByFile && <Originating written={written} refused={refused} onChange={change} />}
        {isByFile && (
          <FileForm
            details={written.file}
            last4={settings.bank_profile.offset_account?.account_last4}
            refused={refused}
            onChange={(file) => change({ file })}
          />
        )}
      </SpaceBetween>
    </Act>
  );
}

interface OriginatingProps {
  readonly written: Written;
  readonly refused: Error | null;
  onChange(changes: Partial<Written>): void;
}

function Originating({ written: { originator, same_day }, refused, onChange }: OriginatingProps) {
  return (
    <ColumnLayout columns={2}>
      {PARTS.map((part) => (
        <FormField
          key={part}
          label={ORIGINATOR[part]}
          errorText={faultOf(refused, `ach_originator/${part}`, originator[part]) ?? ''}
        >
          <Input
            value={originator[part]}
            onChange={({ detail }) =>
              onChange({ originator: { ...originator, [part]: detail.value.slice(0, LONGEST) } })
            }
          />
        </FormField>
      ))}
      <Checkbox checked={same_day} onChange={({ detail }) => onChange({ same_day: detail.checked })}>
        Settle on the same day where it can be
      </Checkbox>
    </ColumnLayout>
  );
}
