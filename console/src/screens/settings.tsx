import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act, Proposed, proposedBy } from '../parts/act.tsx';
import { day, grouped, instant, money } from '../parts/format.ts';
import { OneOf } from '../parts/one-of.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Person, seesUsers } from '../parts/person.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { OfTheClock } from './settings/clock.tsx';
import { LINE_ENDS } from './settings/file-details.tsx';
import { CHANNELS, PaymentRules } from './settings/payment-rules.tsx';

type OfRegister = Extract<Answer<'GET /settings/register'>, { withholding: string }>;
type OfSignIn = Extract<Answer<'GET /settings/sign-in'>, { sso_required: boolean }>;

interface Props {
  readonly me: Me;
  onProposed(approvalId: string | undefined): void;
}

/** The rules that the company has set for itself. What loosens them waits for a second person. */
export default function Settings({ me }: { me: Me }) {
  const [proposed, setProposed] = useState<string>();
  return (
    <Screen
      title="Settings"
      description="What loosens a rule waits for a second person; what tightens one doesn’t."
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      {me.tenant?.type === 'ISSUER' && <OfTheRegister me={me} onProposed={setProposed} />}
      <OfPayments me={me} onProposed={setProposed} />
      {seesUsers(me) && <OfTheSignIn me={me} onProposed={setProposed} />}
      <OfTheClock me={me} />
    </Screen>
  );
}

const changed = (at: string | null, me: Me): string =>
  at === null ? 'Never' : instant(at, me.tenant?.time_zone);

function OfTheRegister({ me, onProposed }: Props) {
  const { data, error } = useQuery({
    queryKey: ['settings', 'register'],
    queryFn: () => call('GET /settings/register'),
  });
  const [isOpen, setOpen] = useState(false);
  if (error !== null) return <ProblemAlert problem={error} />;
  if (data === undefined) return null;
  return (
    <Pairs
      title="Register"
      answer={data}
      items={[
        ['A change by hand waits above', `${data.by_hand_percent} % of a class`],
        ['A file waits above', `${data.by_file_percent} % of a class`],
        [
          'Tax on dividends',
          data.withholding === 'US' ? 'Withheld, by the rules of the United States' : 'Not withheld',
        ],
        ['Changed', changed(data.updated_at, me)],
      ]}
    >
      {me.role === 'ADMIN' && <Button onClick={() => setOpen(true)}>Change the register’s rules</Button>}
      {isOpen && <RegisterForm settings={data} onClose={() => setOpen(false)} onProposed={onProposed} />}
    </Pairs>
  );
}

const WITHHOLDING = [
  { value: 'NONE', label: 'Not withheld' },
  { value: 'US', label: 'Withheld, by the rules of the United States' },
] as const;

interface RegisterFormProps {
  readonly settings: OfRegister;
  onClose(): void;
  onProposed(approvalId: string | undefined): void;
}

function RegisterForm({ settings, onClose, onProposed }: RegisterFormProps) {
  const [byHand, setByHand] = useState(settings.by_hand_percent);
  const [byFile, setByFile] = useState(settings.by_file_percent);
  const [withholding, setWithholding] = useState(settings.withholding);
  const body = { by_hand_percent: byHand.trim(), by_file_percent: byFile.trim(), withholding };
  return (
    <Act
      verb="Set the rules"
      asks="Zero: every change waits. A higher limit, and another rule for tax, wait for a second person."
      record={settings}
      content={JSON.stringify([settings.version, body])}
      send={() => call('PUT /settings/register', { version: settings.version, body })}
      onDone={(answer) => onProposed(proposedBy(answer))}
      onClose={onClose}
    >
      <FormField label="By hand, percent of a class">
        <Input value={byHand} inputMode="decimal" onChange={({ detail }) => setByHand(detail.value)} />
      </FormField>
      <FormField label="By file, percent of a class">
        <Input value={byFile} inputMode="decimal" onChange={({ detail }) => setByFile(detail.value)} />
      </FormField>
      <FormField label="Tax on dividends that are frozen from now on">
        <OneOf options={WITHHOLDING} value={withholding} onChange={(chosen) => setWithholding(chosen)} />
      </FormField>
    </Act>
  );
}

/** Payments leave as it was agreed with a bank. */
function OfPayments({ me, onProposed }: Props) {
  const { data, error } = useQuery({
    queryKey: ['settings', 'payments'],
    queryFn: () => call('GET /settings/payments'),
  });
  const [isOpen, setOpen] = useState(false);
  if (error !== null) return <ProblemAlert problem={error} />;
  if (data === undefined) return null;
  const { approve_above: named, approve_above_default: other, bank_profile: profile } = data;
  const limits = named.map(({ currency, amount }) => money(amount, currency));
  return (
    <Pairs
      title="Payments"
      answer={data}
      items={[
        ['They leave by', CHANNELS[data.channel]],
        [
          'A second person approves above',
          [
            ...limits,
            `${grouped(other)} in ${named.length === 0 ? 'any currency' : 'other currencies'}`,
          ].join(', '),
        ],
        ['A new account waits', `${data.cooling_off_hours} hours`],
        ['Originator', data.ach_originator === null ? '–' : data.ach_originator.company_name],
        ['New accounts are asked for first', profile.prenotes ? 'Yes' : 'No'],
        ['The bank’s clock', profile.time_zone],
        ...(data.channel === 'NACHA_FILE'
          ? ([
              ['Lines of files end by', LINE_ENDS[profile.line_ends]],
              [
                'Names of files',
                <span key="name" className="code">
                  {profile.file_name}
                </span>,
              ],
              [
                'Batches are balanced by',
                profile.offset_account === null ? 'The bank' : `…${profile.offset_account.account_last4}`,
              ],
              ['The bank’s own holidays', profile.non_business_days.map(day).join(', ') || 'None'],
            ] as const)
          : []),
        ['Paid from', data.statement_account === null ? '–' : `…${data.statement_account.account_last4}`],
        ['Changed', changed(data.updated_at, me)],
      ]}
    >
      {me.role === 'ADMIN' && <Button onClick={() => setOpen(true)}>Change the rules of payments</Button>}
      {isOpen && <PaymentRules settings={data} onClose={() => setOpen(false)} onProposed={onProposed} />}
    </Pairs>
  );
}

function OfTheSignIn({ me, onProposed }: Props) {
  const { data, error } = useQuery({
    queryKey: ['settings', 'sign-in'],
    queryFn: () => call('GET /settings/sign-in'),
  });
  const [isOpen, setOpen] = useState(false);
  if (error !== null) return <ProblemAlert problem={error} />;
  if (data === undefined) return null;
  const demanded = data.second_factor_demanded;
  return (
    <Pairs
      title="Sign-in"
      answer={data}
      items={[
        ['By the company’s provider alone', data.sso_required ? 'Yes' : 'No'],
        [
          'Except',
          data.break_glass_user_id === null ? (
            '–'
          ) : (
            <Person key="except" id={data.break_glass_user_id} me={me} />
          ),
        ],
        ['Second factor', demanded === null ? 'As the platform' : demanded ? 'Demanded' : 'Not demanded'],
        [
          'From',
          <span key="networks" className="long">
            {data.networks?.join(', ') ?? 'Anywhere'}
          </span>,
        ],
        ['Unused sessions end after', after(data.session_idle_minutes, 'minutes')],
        ['Sessions end after', after(data.session_hours, 'hours')],
        ['Changed', changed(data.updated_at, me)],
      ]}
    >
      {me.role === 'ADMIN' && <Button onClick={() => setOpen(true)}>Change the rules of sign-in</Button>}
      {isOpen && <SignInForm settings={data} onClose={() => setOpen(false)} onProposed={onProposed} />}
    </Pairs>
  );
}

function after(number: number | null, unit: string): string {
  return number === null ? 'As the platform' : `${number} ${unit}`;
}

const DEMANDED = [
  { value: '', label: 'As the platform' },
  { value: 'true', label: 'Demanded of Admin, Compliance and Ops' },
  { value: 'false', label: 'Not demanded' },
];

interface SignInFormProps {
  readonly settings: OfSignIn;
  onClose(): void;
  onProposed(approvalId: string | undefined): void;
}

/** The rules of sign-in that are numbers and networks; the others stay as they are. */
function SignInForm({ settings, onClose, onProposed }: SignInFormProps) {
  const [factor, setFactor] = useState(settings.second_factor_demanded?.toString() ?? '');
  const [networks, setNetworks] = useState(settings.networks?.join('\n') ?? '');
  const [idle, setIdle] = useState(settings.session_idle_minutes?.toString() ?? '');
  const [hours, setHours] = useState(settings.session_hours?.toString() ?? '');
  const listed = networks.split(/[\s,]+/).filter((one) => one !== '');
  const whole = (text: string): number | null => (text.trim() === '' ? null : Number(text));
  const body = {
    sso_required: settings.sso_required,
    break_glass_user_id: settings.break_glass_user_id,
    second_factor_demanded: factor === '' ? null : factor === 'true',
    networks: listed.length === 0 ? null : listed,
    session_idle_minutes: whole(idle),
    session_hours: whole(hours),
  };
  return (
    <Act
      verb="Set the rules"
      asks="What only narrows the networks, or ends sessions sooner, takes effect at once; everything else waits for a second person."
      record={settings}
      content={JSON.stringify([settings.version, body])}
      send={() => call('PUT /settings/sign-in', { version: settings.version, body })}
      onDone={(answer) => onProposed(proposedBy(answer))}
      onClose={onClose}
    >
      <FormField label="Second factor">
        <OneOf options={DEMANDED} value={factor} onChange={(chosen) => setFactor(chosen)} />
      </FormField>
      <FormField label="Networks" description="Such as 203.0.113.0/24, one a line. None: anywhere.">
        <Textarea value={networks} rows={3} onChange={({ detail }) => setNetworks(detail.value)} />
      </FormField>
      <SpaceBetween direction="horizontal" size="m">
        <FormField label="Minutes unused" description="None: as the platform.">
          <Input value={idle} inputMode="numeric" onChange={({ detail }) => setIdle(detail.value)} />
        </FormField>
        <FormField label="Hours in all" description="None: as the platform.">
          <Input value={hours} inputMode="numeric" onChange={({ detail }) => setHours(detail.value)} />
        </FormField>
      </SpaceBetween>
    </Act>
  );
}
