import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { grouped, words } from './format.ts';
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

/** Whoever is paid: a holder has a screen. */
export function Payee({
  payment: { shareholder_id: holder, plan_id: plan },
}: {
  payment: Pick<Payment, 'shareholder_id' | 'plan_id'>;
}) {
  if (holder !== undefined) return <HolderLink id={holder} />;
  return plan === undefined ? '–' : `Plan ${plan.slice(-6)}`;
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
