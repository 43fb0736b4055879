import type { ProblemSlug } from '#contracts/problems.ts';
import type { Day } from '#kernel/calendar.ts';
import { addBankingDays } from '#payments/nacha/federal-reserve-holidays.ts';

/** This module is pure. */

/**
 * A reversing entry must reach the receiving bank within five banking days of the settlement date of the entry that was wrong; a later one is improper,
 * and may be returned as R11 or R17 (Nacha Operating Rules, Reversing Entries, and the rule Reversals of June 30, 2021).
 */
const WITHIN_BANKING_DAYS = 5;

/** A payment, as far as it decides whether its money can be asked back. */
export interface Reversible {
  readonly type: string;
  readonly status: string;
  readonly return_code: string | null;
  readonly compensates: string | null;
  readonly is_ordered: boolean;
  /** Its settlement date: the effective entry date of a file, and by HTTP the day on which the bank said so. Null: it is not known yet. */
  readonly settlement_day: Day | null;
  /** The reversal that is on its way, or has taken the money back. */
  readonly reversal_id: string | null;
  readonly is_contradicted: boolean;
  /** Whether its originator would send the reversal: company and bank must be those of the payment. */
  readonly is_of_originator: boolean;
}

export interface Refusal {
  readonly slug: Extract<ProblemSlug, 'payment-not-reversible' | 'reversal-too-late' | 'payment-in-doubt'>;
  readonly detail: string;
}

/** The last day on which the bank may get the reversal of a payment. */
export function reversibleUntil(settlementDay: Day): Day {
  return addBankingDays(settlementDay, WITHIN_BANKING_DAYS);
}

/** Why a payment can't be asked back today, in Eastern time; undefined where it can. */
export function refusalOfReversal(payment: Reversible, today: Day): Refusal | undefined {
  return refusalOfKind(payment) ?? refusalOfState(payment) ?? refusalOfDay(payment, today);
}

function refusalOfKind({ type, compensates, is_ordered }: Reversible): Refusal | undefined {
  if (type === 'REVERSAL') return impossible('It is a reversal itself. Order a payment instead.');
  if (compensates !== null || !is_ordered) return impossible('Nobody has ordered it: it is no payment.');
  return undefined;
}

function refusalOfState(payment: Reversible): Refusal | undefined {
  const { status, return_code, reversal_id, is_contradicted } = payment;
  if (status === 'PENDING')
    return impossible(
      'It has not left. Cancel it, see /transactions/{id}/cancel; if the bank may have it already, ask again once it is SENT.',
    );
  if (status !== 'SENT' && status !== 'SETTLED')
    return impossible(`The payment is ${status}: nothing was paid.`);
  if (reversal_id !== null) return impossible(`Its money is asked back by the reversal ${reversal_id}.`);
  if (return_code !== null)
    return impossible(`Its money has come back already, with the code ${return_code}.`);
  if (is_contradicted)
    return {
      slug: 'payment-in-doubt',
      detail: 'The bank contradicts itself about the payment. Resolve that first, see /exceptions.',
    };
  return payment.is_of_originator
    ? undefined
    : impossible('The tenant’s originator has changed since. Ask the bank that has sent the payment.');
}

function refusalOfDay({ settlement_day }: Reversible, today: Day): Refusal | undefined {
  const last = settlement_day === null ? today : reversibleUntil(settlement_day);
  if (today <= last) return undefined;
  return {
    slug: 'reversal-too-late',
    detail: `The payment was settled on ${settlement_day}: banks take its reversal until ${last}, five banking days later. Ask the payee, or the bank for a return (R06).`,
  };
}

function impossible(detail: string): Refusal {
  return { slug: 'payment-not-reversible', detail };
}
