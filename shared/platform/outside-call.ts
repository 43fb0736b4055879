import { AsyncLocalStorage } from 'node:async_hooks';

const transactions = new AsyncLocalStorage<true>();

/** Runs the work of a database transaction: while it lasts, nothing outside is called. */
export function asTransaction<T>(work: () => Promise<T>): Promise<T> {
  return transactions.run(true, work);
}

/**
 * Refuses a call to anything outside while a transaction is open, whose locks others wait for: a service that hangs would hold
 * them for as long as the call may take. Every client calls it before it sends (docs/adr/0124).
 */
export function refuseInTransaction(call: string): void {
  if (transactions.getStore() !== undefined)
    throw new Error(`${call} is called inside a transaction: call it before, or after the commit`);
}
