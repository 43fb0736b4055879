import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { grouped, words } from './format.ts';
import { Go } from './go.tsx';
import { HolderLink } from './holder.tsx';

type Payment = Row<'GET /transactions'>;

export const PAYMENT_LOOKS: Readonly<Record<Payment['status'], StatusIndicatorProps.Type>> = {
  PENDING: 'pending',
  SENT: 'in-progress',
  SETTLED: 'success',
  FAILED: 'error',
  CANCELLED: 'stopped',
};

export const TYPES: Readonly<Record<Payment['type'], string>> = {
  DIVIDEND: 'Dividend',
  DISBURSE: 'Payment',
  CONTRIBUTION: 'Contribution',
  REVERSAL: 'Reversal',
};

export const ORDER_APPROVALS: Readonly<Record<NonNullable<Payment['approval']>, string>> = {
  NOT_NEEDED: 'Not needed',
  REQUIRED: 'Waits for a second person',
  APPROVED: 'Approved',
  DENIED: 'Denied',
  WITHDRAWN: 'Withdrawn',
};

export function PaymentStatus({ status }: { status: Payment['status'] }) {
  return <StatusIndicator type={PAYMENT_LOOKS[status]}>{words(status)}</StatusIndicator>;
}

/** Whoever is paid, by their name: a holder, or the plan of a participant. */
export function Payee({
  payment: { shareholder_id: holder, plan_id: plan, payee_name: name },
}: {
  payment: Pick<Payment, 'shareholder_id' | 'plan_id' | 'payee_name'>;
}) {
  if (holder !== undefined) return <HolderLink id={holder} name={name} />;
  return plan === undefined ? '–' : <PlanLink id={plan} name={name} />;
}

interface LinkedPlan {
  readonly id: string;
  readonly name: string | null | undefined;
  readonly tab?: string;
}

/** A link to a plan by the name of its participant. */
export function PlanLink({ id, name, tab = '' }: LinkedPlan) {
  return (
    <span className="long" dir="auto">
      <Go to={`/plans/${id}${tab}`}>{name ?? `Plan ${id.slice(-6)}`}</Go>
    </span>
  );
}

/** A signed amount: what is taken back has a minus. */
export function Amount({ amount, currency }: Pick<Payment, 'amount' | 'currency'>) {
  const text = amount.startsWith('-') ? `−${grouped(amount.slice(1))}` : grouped(amount);
  return (
    <span className="digits long">
      {text} {currency}
    </span>
  );
}

/** `R03: No account, or unable to locate the account`. A word of ours has no other meaning. */
export function codeInWords(code: string | null | undefined, meaning: string | null | undefined): string {
  if (code === null || code === undefined) return '–';
  return meaning === null || meaning === undefined ? code : `${code}: ${meaning}`;
}
