import { isTerminal } from '#ledger/transaction-status.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { isContradicted } from '#payments/exceptions/contradiction.repository.ts';
import type { ReleaseInput } from '#payments/execution/step-inputs.ts';
import { findOrder, setOrder } from '#payments/orders/payment-order.repository.ts';
import { releasePayment } from '#payments/payments.jobs.ts';
import { bankersToday } from '#payments/reversals/last-look.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { secondsUntil } from '#platform/db/today.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { fieldSealer, type Sealer } from '#platform/sealing.ts';
import { sealInstruction } from './payment-instruction.ts';
import { endRefused } from './refusal.ts';
import { isSuperseded } from './start-execution.ts';

/** The next action of the execution. */
export type Action = 'END' | 'AWAIT_APPROVAL' | 'SUBMIT' | 'ASK' | 'AWAIT_FILE' | 'HOLD';

export interface NextStep {
  readonly action: Action;
  readonly channel: string;
  /** Sealed; empty where nothing is sent. */
  readonly instruction: string;
  /** The seconds for which the execution waits for a bank event, or until it tries an unreachable bank again. */
  readonly wait_seconds: number;
  readonly pause_seconds: number;
  readonly outcome: 'released' | 'refused' | 'looked';
}

/** Payments of a file take days, and returns come as files: asking earlier would have no result. */
const FILE_WAIT_SECONDS = 10 * 86_400;
const PAUSE_SECONDS = 300;
/** Waits double with each restart and grow by a quarter of the time that an execution has run, up to this: a bank may be away for a month. */
const LONGEST_WAIT_SECONDS = 86_400;
/**
 * Looks where a payment stands, as every execution does first, also one that takes over from a lost one. A pending payment is
 * released to the bank when it is approved, its day has come, its payee verified, its account open and its dividend not cancelled: that is
 * committed before the bank is called, and from then on only a bank event ends it.
 */
export async function releaseToBank(input: ReleaseInput): Promise<NextStep> {
  const sealer = await fieldSealer();
  const actor = systemActor(input.tenant_id, input.request_id, releasePayment);
  const next = await systemWrite(
    actor,
    async (tx) => {
      const looked = await releaseIn(tx, input, sealer);
      await crashPoint('release-before-commit', input.transaction_id);
      // The audit trail records releases, not looks.
      return looked.outcome === 'looked' ? noEffect(looked) : looked;
    },
    {
      audit: ({ action, outcome }) => ({
        action: outcome === 'refused' ? 'payment-order.refused' : 'payment-order.released',
        resource: `transactions/${input.transaction_id}`,
        payload: { next: action, outcome },
      }),
    },
  );
  if (next.outcome !== 'looked') await crashPoint('release-after-commit', input.transaction_id);
  return next;
}

/** Nothing new leaves for a suspended tenant; it waits for the operator. */
export function holdPayment(input: ReleaseInput): NextStep {
  return lookAs(input, 0)('HOLD', '', '');
}

type Look = (action: Action, channel: string, instruction: string) => NextStep;

/** The longer an execution has waited in vain, the less often it looks. */
function lookAs({ started_at, entered_at }: ReleaseInput, restarts: number): Look {
  const ranMs = Date.parse(entered_at ?? '') - Date.parse(started_at ?? '') || 0;
  const patient = (shortest: number): number =>
    Math.max(
      shortest,
      Math.min(LONGEST_WAIT_SECONDS, Math.max(shortest * 2 ** restarts, Math.floor(ranMs / 4_000))),
    );
  return (action, channel, instruction) => ({
    ...{ action, channel, instruction },
    wait_seconds: channel === 'NACHA_FILE' ? FILE_WAIT_SECONDS : patient(bankEnvironment.bankWaitSeconds()),
    pause_seconds: patient(PAUSE_SECONDS),
    outcome: 'looked',
  });
}

async function releaseIn(tx: TenantTx, input: ReleaseInput, sealer: Sealer): Promise<NextStep> {
  const { transaction_id: transactionId, execution } = input;
  const transaction = found(await lockTransaction(tx, transactionId));
  const order = found(await findOrder(tx, transactionId));
  const look = lookAs(input, order.restarts);
  const { channel } = order;
  if (isTerminal(transaction.status)) return look('END', channel, '');
  if (execution !== undefined && isSuperseded(execution, transactionId, order.restarts))
    return look('END', channel, '');
  if (order.approval === 'REQUIRED') return look('AWAIT_APPROVAL', channel, '');
  const wasReleased = order.released_at !== null;
  const held = wasReleased || order.not_before === null ? 0 : await secondsUntil(tx, order.not_before);
  if (held > 0) return { ...look('HOLD', channel, ''), pause_seconds: held };
  // Whoever was paid, as far as the bank contradicts itself, is not paid again until two people have said what is true.
  if (!wasReleased && order.replaces !== null && (await isContradicted(tx, order.replaces)))
    return look('HOLD', channel, '');
  if (!wasReleased) {
    if (await endRefused(tx, transaction, order, await bankersToday(tx)))
      return { ...look('END', channel, ''), outcome: 'refused' };
    await setOrder(tx, transactionId, { released_at: new Date() });
  }
  if (channel === 'NACHA_FILE') return release(look('AWAIT_FILE', channel, ''), wasReleased);
  const instruction = await sealInstruction(tx, transaction, order, sealer);
  // Released before, it may be at the bank already: we ask, since banks remember the key of an order for a day or so only.
  const next = wasReleased ? 'ASK' : 'SUBMIT';
  return release(look(next, channel, instruction), wasReleased);
}

function release(next: NextStep, wasReleased: boolean): NextStep {
  return wasReleased ? next : { ...next, outcome: 'released' };
}
