import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Steps, { type StepsProps } from '@cloudscape-design/components/steps';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed, Waits } from '../parts/act.tsx';
import { day, instant, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import {
  Amount,
  codeInWords,
  ORDER_APPROVALS,
  PAYMENT_LOOKS,
  Payee,
  PaymentStatus,
  TYPES,
} from '../parts/payment.tsx';
import { CancelPayment, ResolvePayment, ReversePayment } from '../parts/payment-acts.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';

type Seen = Answer<'GET /transactions/{id}'>;
type Deed = 'cancel' | 'reverse' | 'resolve' | 'pay' | 'again';

const ABOVE = { text: 'Payments', path: '/payments' };
const EVERY_MS = 5_000;
const VERBS: Readonly<Record<Deed, string>> = {
  cancel: 'Cancel it',
  reverse: 'Ask for the money back',
  resolve: 'Say what became of it',
  pay: 'Pay it',
  again: 'Pay it again',
};

/** Returns what a person can do about a payment. The API decides once more. */
function deedsOf(payment: Seen, me: Me): readonly Deed[] {
  const { status, type, amount, exceptions = [], compensated_by: back } = payment;
  const isTaken = amount.startsWith('-') || type === 'CONTRIBUTION';
  const isOrdered = payment.approval !== undefined;
  const isDisputed = exceptions.some(({ state }) => state === 'OPEN');
  const deeds: [Deed, boolean][] = [
    ['cancel', status === 'PENDING' && isOrdered],
    ['pay', operates(me) && status === 'PENDING' && !isOrdered && payment.dividend_id !== undefined],
    ['resolve', operates(me) && (status === 'SENT' || isDisputed)],
    [
      'reverse',
      operates(me) &&
        (status === 'SENT' || status === 'SETTLED') &&
        type !== 'REVERSAL' &&
        back === undefined &&
        payment.reversed_by === undefined,
    ],
    ['again', operates(me) && isOwedAgain(payment) && !isDisputed],
  ];
  return isTaken ? [] : deeds.flatMap(([deed, isOffered]) => (isOffered ? [deed] : []));
}

function isOwedAgain({ dividend_id, status, compensated_by, replaced_by }: Seen): boolean {
  const hasEnded = status === 'FAILED' || status === 'CANCELLED' || compensated_by !== undefined;
  return dividend_id !== undefined && hasEnded && replaced_by === undefined;
}

/** A payment: where it stands, all that has happened to it, and what can be done. */
export default function Payment({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['payments', id],
    queryFn: () => call('GET /transactions/{id}', { params: { id } }),
    refetchInterval: ({ state }) =>
      state.data?.status === 'PENDING' || state.data?.status === 'SENT' ? EVERY_MS : false,
  });
  const [deed, setDeed] = useState<Deed>();
  const [proposed, setProposed] = useState<string>();
  const [, go] = useLocation();
  const { data } = query;
  if (data === undefined) return <Opening title="Payment" above={ABOVE} query={query} />;
  const zone = me.tenant?.time_zone;
  const close = (): void => setDeed(undefined);
  return (
    <Screen
      title={titleOf(data)}
      {...(data.memo === undefined ? {} : { description: data.memo })}
      above={ABOVE}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {deedsOf(data, me).map((one) => (
            <Button key={one} onClick={() => setDeed(one)}>
              {VERBS[one]}
            </Button>
          ))}
        </SpaceBetween>
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      {data.exceptions?.some(({ state }) => state === 'OPEN') && (
        <Alert type="warning" header="The bank contradicts itself">
          Nothing is paid in its place before two people have said what became of it.{' '}
          <Go to="/exceptions">The exceptions</Go>
        </Alert>
      )}
      <Facts payment={data} />
      <Container header={<Header variant="h2">What has happened</Header>}>
        <Steps ariaLabel="What has happened" steps={stepsOf(data, zone)} />
      </Container>
      <History me={me} resource={`transactions/${id}`} />
      {deed === 'cancel' && <CancelPayment payment={data} onClose={close} />}
      {deed === 'reverse' && (
        <ReversePayment payment={data} onClose={close} onAsked={(reversal) => go(`/payments/${reversal}`)} />
      )}
      {deed === 'resolve' && <ResolvePayment payment={data} onClose={close} onProposed={setProposed} />}
      {(deed === 'pay' || deed === 'again') && (
        <Act
          key={deed}
          verb={VERBS[deed]}
          asks={`${deed === 'again' ? 'A new payment takes its place. ' : ''}The payee must be verified and have an account that can be paid into.`}
          content={`${id} ${data.version}`}
          send={({ key }) => call('POST /transactions/disburse', { body: { transaction_id: id }, key })}
          onDone={(next) => go(`/payments/${next.id}`)}
          onClose={close}
        />
      )}
    </Screen>
  );
}

function titleOf({ type, amount, currency, compensates }: Seen): string {
  const what = compensates === undefined ? TYPES[type] : 'Return';
  return `${what} of ${money(amount.replace('-', ''), currency)}`;
}

function Facts({ payment }: { payment: Seen }) {
  const { approval, type, dividend_id, repays_dividend_id } = payment;
  const dividend = dividend_id ?? repays_dividend_id;
  const others: readonly (readonly [string, string | undefined])[] = [
    ['Takes back', payment.compensates],
    ['Asks back the money of', payment.reverses],
    ['Taken back by', payment.compensated_by],
    ['Money asked back by', payment.reversed_by],
    ['Paid again by', payment.replaced_by],
  ];
  return (
    <Pairs
      title="Payment"
      answer={payment}
      items={[
        ['Amount', <Amount key="amount" amount={payment.amount} currency={payment.currency} />],
        ['Status', <PaymentStatus key="status" status={payment.status} />],
        ['Payee', <Payee key="payee" payment={payment} />],
        [
          'Approval',
          approval === 'REQUIRED' ? (
            <Waits
              key="approval"
              kind={type === 'REVERSAL' ? 'payment-reversal' : 'payment'}
              id={payment.id}
            />
          ) : (
            ((approval && ORDER_APPROVALS[approval]) ?? '–')
          ),
        ],
        ['Not before', payment.not_before === undefined ? 'Any day' : day(payment.not_before)],
        ['Code', codeInWords(payment.return_code, payment.return_meaning)],
        [
          'Dividend',
          dividend === undefined ? (
            '–'
          ) : (
            <Go key="dividend" to={`/dividends/${dividend}`}>
              Dividend {dividend.slice(-6)}
            </Go>
          ),
        ],
        ...others.flatMap(([label, id]): [string, ReactNode][] =>
          id === undefined
            ? []
            : [
                [
                  label,
                  <Go key={label} to={`/payments/${id}`}>
                    Payment {id.slice(-6)}
                  </Go>,
                ],
              ],
        ),
        ['Reason', payment.cancel_reason ?? payment.reversal_reason ?? '–'],
        ['Version', String(payment.version)],
      ]}
    />
  );
}

/** The states of a payment and what the bank has said beside them, as they came. */
function stepsOf(payment: Seen, zone: string | undefined): StepsProps.Step[] {
  const entered: Dated = { at: payment.created_at, step: { status: 'info', header: 'Entered' } };
  const states = payment.history.map(({ to, return_code: code, occurred_at: at }): Dated => {
    const meaning = code === payment.return_code ? payment.return_meaning : undefined;
    const said = code === null ? '' : `, ${codeInWords(code, meaning)}`;
    const step = { status: PAYMENT_LOOKS[to], header: `${words(to)}${said}` };
    return { at, step };
  });
  const disputes = (payment.exceptions ?? []).map((one): Dated => {
    const said = `${words(one.said).toLowerCase()}${one.code === null ? '' : ` (${one.code})`}`;
    const header = `The bank says ${said}, though it was ${words(one.stood_as).toLowerCase()}`;
    const isOpen = one.state === 'OPEN';
    return { at: one.noted_at, step: { status: isOpen ? 'warning' : 'info', header } };
  });
  const notices = (payment.notifications_of_change ?? []).map((one): Dated => {
    const header = `The account is corrected, ${one.code}${one.meaning === null ? '' : `: ${one.meaning}`}`;
    return { at: one.noted_at, step: { status: one.applied ? 'info' : 'warning', header } };
  });
  return [entered, ...states, ...disputes, ...notices]
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ at, step }) => ({
      ...step,
      statusIconAriaLabel: step.status,
      details: instant(at, zone),
    }));
}

interface Dated {
  readonly at: string;
  readonly step: StepsProps.Step;
}
