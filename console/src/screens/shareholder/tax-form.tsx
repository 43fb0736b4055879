import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf, faultWithin } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import type { Me } from '../../frame/me.ts';
import { operates } from '../../frame/places.ts';
import { Act, Proposed, proposedBy } from '../../parts/act.tsx';
import { day, instant, words } from '../../parts/format.ts';
import { OneOf, optionsOf } from '../../parts/one-of.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

type Certified = Extract<Answer<'GET /shareholders/{id}/tax-certification'>, { standing: string }>;
type TypeOfId = NonNullable<Certified['tax_id']>['type'];

const FORMS: Readonly<Record<Certified['certification'], string>> = {
  NONE: 'None',
  W9: 'W-9',
  W8BEN: 'W-8BEN, of a person',
  W8BENE: 'W-8BEN-E, of an organisation',
};
const TYPES: Readonly<Record<TypeOfId, string>> = {
  SSN: 'SSN',
  ITIN: 'ITIN',
  EIN: 'EIN',
  FOREIGN: 'Of another country',
};
const LOOKS: Readonly<Record<Certified['standing'], StatusIndicatorProps.Type>> = {
  VALID: 'success',
  EXPIRED: 'warning',
  NONE: 'stopped',
};

/** The tax id of a holder, by its last digits, and the form by which tax is withheld or not. */
export function TaxForm({ id, me }: { id: string; me: Me }) {
  const { data, error } = useQuery({
    queryKey: ['shareholders', id, 'tax'],
    queryFn: () => call('GET /shareholders/{id}/tax-certification', { params: { id } }),
  });
  const [isOpen, setOpen] = useState(false);
  const [proposed, setProposed] = useState<string>();
  if (error !== null) return <ProblemAlert problem={error} />;
  if (data === undefined) return null;
  const { tax_id, treaty_country: country, treaty_rate: rate, updated_at: at } = data;
  return (
    <>
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pairs
        title="Tax"
        answer={data}
        items={[
          ['Tax id', tax_id === null ? '–' : `${TYPES[tax_id.type]} …${tax_id.last4}`],
          ['Form', FORMS[data.certification]],
          [
            'Standing',
            <StatusIndicator key="standing" type={LOOKS[data.standing]}>
              {words(data.standing)}
            </StatusIndicator>,
          ],
          ['Signed', data.signed_on === null ? '–' : day(data.signed_on)],
          ['Holds until', data.expires_on === null ? '–' : day(data.expires_on)],
          ['Treaty', country === null ? '–' : `${country}, ${rate ?? '30'} %`],
          ['Exempt payee', data.exempt_payee ? 'Yes' : 'No'],
          ['Backup withholding', data.backup_withholding ? 'Told by the authority' : 'No'],
          ['Changed', at === null ? 'Never' : instant(at, me.tenant?.time_zone)],
        ]}
      >
        {operates(me) && <Button onClick={() => setOpen(true)}>Set the form</Button>}
      </Pairs>
      {isOpen && <Certify of={data} onProposed={setProposed} onClose={() => setOpen(false)} />}
    </>
  );
}

interface Props {
  readonly of: Certified;
  onProposed(approvalId: string | undefined): void;
  onClose(): void;
}

/** Sets all of it, but for a number that nobody has written: that stays. */
function Certify({ of, onProposed, onClose }: Props) {
  const [written, setWritten] = useState({
    number: '',
    signed_on: of.signed_on ?? '',
    treaty_country: of.treaty_country ?? '',
    treaty_rate: of.treaty_rate ?? '',
  });
  const [type, setType] = useState<TypeOfId>(of.tax_id?.type ?? 'SSN');
  const [certification, setCertification] = useState(of.certification);
  const [exempt_payee, setExempt] = useState(of.exempt_payee);
  const [backup_withholding, setBackup] = useState(of.backup_withholding);
  const [refused, setRefused] = useState<Error | null>(null);
  const { number, ...texts } = written;
  const body = {
    ...{ certification, exempt_payee, backup_withholding },
    signed_on: texts.signed_on || null,
    treaty_country: texts.treaty_country.toUpperCase() || null,
    treaty_rate: texts.treaty_rate || null,
    ...(number === '' ? {} : { tax_id: { type, number } }),
  };
  const field = (name: keyof typeof written, label: string, description = '') => (
    <WrittenField
      label={label}
      description={description}
      value={written[name]}
      fault={
        name === 'number' ? faultWithin(refused, 'tax_id', number) : faultOf(refused, name, written[name])
      }
      onChange={(text) => setWritten({ ...written, [name]: text })}
    />
  );
  const { shareholder_id: id, version } = of;
  return (
    <Act
      verb="Set the form"
      asks="Dividends that are frozen later follow it. What lowers the tax waits for a second person where tax is withheld; another number has the KYC check made again."
      record={of}
      content={JSON.stringify([version, body])}
      send={() => call('PUT /shareholders/{id}/tax-certification', { params: { id }, version, body })}
      onRefused={setRefused}
      onDone={(answer) => onProposed(proposedBy(answer))}
      onClose={onClose}
    >
      <FormField label="Form" errorText={faultOf(refused, 'certification', certification) ?? ''}>
        <OneOf
          options={optionsOf(FORMS)}
          value={certification}
          onChange={(chosen) => setCertification(chosen)}
        />
      </FormField>
      {field('signed_on', 'Signed', 'YYYY-MM-DD; none without a form.')}
      <FormField label="Kind of tax id">
        <OneOf options={optionsOf(TYPES)} value={type} onChange={(chosen) => setType(chosen)} />
      </FormField>
      {field(
        'number',
        'Tax id',
        of.tax_id === null ? 'It is kept sealed.' : `None: …${of.tax_id.last4}, as it is.`,
      )}
      {field('treaty_country', 'Country of the treaty', 'Two letters, such as DE; of a W-8 alone.')}
      {field('treaty_rate', 'Percent by the treaty')}
      <Checkbox checked={exempt_payee} onChange={({ detail }) => setExempt(detail.checked)}>
        An exempt payee, by the W-9
      </Checkbox>
      <Checkbox checked={backup_withholding} onChange={({ detail }) => setBackup(detail.checked)}>
        The authority has told us to withhold
      </Checkbox>
    </Act>
  );
}
