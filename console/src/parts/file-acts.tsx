import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newKey } from '../api/call.ts';
import type { Answer, Row } from '../api/routes.ts';
import { Act } from './act.tsx';
import { day, instant, money, words } from './format.ts';
import { OneOf, optionsIn } from './one-of.tsx';

export type BankFile = Answer<'GET /bank-files/{id}'>;
export type BankItem = BankFile['items'][number];
type Payment = Row<'GET /transactions'>;

interface Props {
  /** The file as it was seen. */
  readonly file: Pick<BankFile, 'id' | 'version' | 'direction'>;
  onClose(): void;
}

interface ProposingProps extends Props {
  onProposed(approvalId: string): void;
}

export function AcknowledgeFile({ file: { id, version, direction }, onClose }: Props) {
  const isOurs = direction === 'outbound';
  return (
    <Act
      verb={isOurs ? 'The bank has it' : 'Nothing is open in it'}
      asks={
        isOurs
          ? 'For a file of which somebody at the bank has said that it has arrived. Its payments are then settled by the passing of days.'
          : 'For a file whose open items nobody has to book. They can still be matched afterwards.'
      }
      content={`${id} ${version}`}
      send={({ key }) => call('POST /bank-files/{id}/acknowledge', { params: { id }, version, key })}
      onClose={onClose}
    />
  );
}

export function RejectFile({ file: { id, version }, onClose, onProposed }: ProposingProps) {
  return (
    <Act
      verb="The bank refused it"
      asks="Once a second person has approved, each of its payments has failed, is owed as before, and can be ordered again."
      reason={{ label: 'Evidence: who at the bank has said it, and when', most: 200, needed: true }}
      content={`${id} ${version}`}
      send={({ key, reason }) =>
        call('POST /bank-files/{id}/reject', { params: { id }, version, key, body: { reason } })
      }
      onDone={(request) => onProposed(request.id)}
      onClose={onClose}
    />
  );
}

const STANDS_FOR = {
  transaction_id: 'A payment',
  bank_file_id: 'A file of payments',
  explanation: 'Nothing of the ledger',
} as const;
type StandsFor = keyof typeof STANDS_FOR;
const EXPLANATIONS = ['FUNDING', 'FEE', 'INTEREST', 'TRANSFER', 'OTHER'] as const;
const kinds = Object.entries(STANDS_FOR).map(([value, label]) => ({ value: value as StandsFor, label }));
const explanations = optionsIn(EXPLANATIONS);

interface MatchProps extends ProposingProps {
  readonly item: BankItem;
  readonly zone: string | undefined;
}

/** Says by hand what an item stands for. Of a bank's answer that is a payment; of an entry of a statement it may be other things. */
export function MatchItem({ file: { id, version }, item, zone, onClose, onProposed }: MatchProps) {
  const isEntry = item.kind === 'DEBIT' || item.kind === 'CREDIT';
  const [standsFor, setStandsFor] = useState<StandsFor>('transaction_id');
  const [named, setNamed] = useState('');
  const [explanation, setExplanation] = useState<(typeof EXPLANATIONS)[number]>('FEE');
  const [why, setWhy] = useState('');
  const body =
    standsFor === 'explanation' ? { explanation, reason: why.trim() } : { [standsFor]: named.trim() };
  return (
    <Act
      verb="Match it"
      asks={
        <span className="long">
          Line {item.line}
          {item.code !== null && `, ${item.code}`}
          {item.meaning !== null && ` (${item.meaning})`}
          {item.amount !== null && `, ${money(item.amount, 'USD')}`}. A second person decides.
        </span>
      }
      disabled={standsFor === 'explanation' ? why.trim() === '' : named.trim() === ''}
      content={`${id} ${item.id} ${version} ${JSON.stringify(body)}`}
      send={({ key }) =>
        call('POST /bank-files/{id}/items/{item_id}/match', {
          params: { id, item_id: item.id },
          version,
          key,
          body,
        })
      }
      onDone={(request) => onProposed(request.id)}
      onClose={onClose}
    >
      {isEntry && (
        <FormField label="It stands for">
          <OneOf
            options={kinds}
            value={standsFor}
            onChange={(chosen) => {
              setStandsFor(chosen);
              setNamed('');
            }}
          />
        </FormField>
      )}
      {standsFor === 'transaction_id' && (
        <PaymentField amount={item.amount} zone={zone} value={named} onChange={setNamed} />
      )}
      {standsFor === 'bank_file_id' && (
        <FormField label="The file’s id" description="It ends the address of its page.">
          <Input value={named} onChange={({ detail }) => setNamed(detail.value)} />
        </FormField>
      )}
      {standsFor === 'explanation' && (
        <SpaceBetween size="m">
          <FormField label="It is">
            <OneOf options={explanations} value={explanation} onChange={(chosen) => setExplanation(chosen)} />
          </FormField>
          <FormField label="What accounts for it" constraintText="200 characters at most.">
            <Textarea value={why} rows={3} onChange={({ detail }) => setWhy(detail.value.slice(0, 200))} />
          </FormField>
        </SpaceBetween>
      )}
    </Act>
  );
}

const MOST = '200';
const unsigned = (amount: string): string => amount.replace(/^-/, '');

interface PaymentFieldProps {
  readonly amount: string | null;
  readonly zone: string | undefined;
  readonly value: string;
  onChange(id: string): void;
}

/** A payment, chosen among the newest of the amount that the bank has, or named by its id. */
function PaymentField({ amount, zone, value, onChange }: PaymentFieldProps) {
  const { data = [], isPending } = useQuery({
    queryKey: ['payments', 'of-amount', amount],
    queryFn: async () => {
      const [sent, settled] = await Promise.all(
        (['SENT', 'SETTLED'] as const).map((status) =>
          call('GET /transactions', { query: { status, limit: MOST } }),
        ),
      );
      return [...(sent?.data ?? []), ...(settled?.data ?? [])].filter((payment) => couldBe(payment, amount));
    },
  });
  const options = data.map((payment) => ({
    value: payment.id,
    label: `${money(payment.amount, payment.currency)}, ${words(payment.status).toLowerCase()}`,
    description: `${instant(payment.created_at, zone)}, ${payment.id.slice(-6)}${payment.memo === undefined ? '' : `, ${payment.memo}`}`,
  }));
  return (
    <SpaceBetween size="m">
      <FormField label="Payment" description="The newest of this amount that the bank has.">
        <Select
          options={options}
          statusType={isPending ? 'loading' : 'finished'}
          empty="None has this amount."
          placeholder="Choose one"
          filteringType="auto"
          selectedOption={options.find((option) => option.value === value) ?? null}
          onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
        />
      </FormField>
      <FormField label="Or its id" description="It ends the address of its page.">
        <Input value={value} onChange={({ detail }) => onChange(detail.value)} />
      </FormField>
    </SpaceBetween>
  );
}

function couldBe({ type, compensates, amount }: Payment, wanted: string | null): boolean {
  if (type === 'CONTRIBUTION' || compensates !== undefined) return false;
  return wanted === null || unsigned(amount) === unsigned(wanted);
}

/** Fetches a file: whoever does stands in the audit trail. */
export function fetchFile({ id, version }: Props['file']) {
  return call('POST /bank-files/{id}/fetch', { params: { id }, version, key: newKey() });
}

export function dayOrDash(on: string | undefined): string {
  return on === undefined ? '–' : day(on);
}
