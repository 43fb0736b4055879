import { timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { bankApiKey } from '#payments/bank/bank-signature.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { secretText } from '#platform/secret.ts';
import {
  countOutage,
  insertOrFindPayment,
  type NewPayment,
  refusalOfReversal,
} from './bank-payment.repository.ts';
import { type BankState, stateOf } from './bank-state.ts';
import { type Behaviour, behaviourOf, reversalBehaviourOf } from './behaviour.ts';
import { scheduleCallbacks } from './callbacks.ts';
import type { BankInstruction } from './mock-bank.routes.ts';

/** Longer than a client waits, shorter than the function runs. */
const HANGS_MS = 8_000;

/** @throws DomainError `invalid-signature` */
export async function authenticateClient(headers: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const expected = Buffer.from(bankApiKey(await secretText(bankEnvironment.bankSecretArn())));
  const sent = Buffer.from(headers.get('x-bank-key')?.[0] ?? '');
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected))
    throw new DomainError('invalid-signature', 'The bank does not know you.');
}

/**
 * Takes an instruction once for its key, or simulates the outage that its account number demands.
 * @throws DomainError `malformed-request`, `temporarily-unavailable`
 */
export async function acceptInstruction(
  instruction: z.infer<typeof BankInstruction>,
  key: string | undefined,
  requestId: string,
): Promise<BankState> {
  if (key === undefined)
    throw new DomainError('malformed-request', 'An instruction needs an Idempotency-Key.');
  const behaviour = await behaviourTo({ ...instruction, key });
  const { outage } = behaviour;
  const isOut = outage !== undefined && (await countOutage(instruction.reference)) <= outage.requests;
  if (isOut && outage.kind === 'hangs') await sleep(HANGS_MS);
  if (isOut && outage.kind !== 'accepts-silently')
    throw new DomainError('temporarily-unavailable', 'The bank is out of order.');
  const { row, isNew } = await insertOrFindPayment({ ...instruction, key }, behaviour);
  // A repeated instruction schedules them again: a crash may have interrupted the first time, and a repeated event is
  // harmless.
  if (row.status === 'ACCEPTED') await scheduleCallbacks(row, requestId);
  if (isNew) await crashPoint('bank-before-reply', instruction.reference);
  if (isOut) {
    await sleep(HANGS_MS);
    throw new DomainError('temporarily-unavailable', 'The bank has taken the instruction and says nothing.');
  }
  return stateOf(row, new Date());
}

/** A reversal that is none of a payment of the bank's is refused, as is a second one. */
async function behaviourTo(instruction: NewPayment): Promise<Behaviour> {
  const { account_number, reverses } = instruction;
  if (reverses === undefined) return behaviourOf(account_number);
  const rejects = await refusalOfReversal(instruction, reverses);
  const behaviour = reversalBehaviourOf(account_number);
  return rejects === undefined ? behaviour : { ...behaviour, settlesAfter: undefined, rejects };
}
