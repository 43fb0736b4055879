import { AsyncLocalStorage } from 'node:async_hooks';
import { confirmStanding } from '#platform/db/standing.ts';

const transactions = new AsyncLocalStorage<true>();

/** Runs the work of a database transaction: while it lasts, nothing outside is called. */
export function asTransaction<T>(work: () => Promise<T>): Promise<T> {
  return transactions.run(true, work);
}

/**
 * Refuses a call to anything outside while a transaction is open, whose locks others wait for: a service that hangs would hold
 * them for as long as the call may take. Refuses it too for a caller whose session has ended (docs/adr/0140). Every client
 * calls it before it sends (docs/adr/0124).
 * @throws DomainError `unauthenticated`, `temporarily-unavailable`
 */
export async function beforeOutsideCall(call: string): Promise<void> {
  if (transactions.getStore() !== undefined)
    throw new Error(`${call} is called inside a transaction: call it before, or after the commit`);
  await confirmStanding();
}
