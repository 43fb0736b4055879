import type { PaymentInput } from '#payments/execution/step-inputs.ts';
import { command, type TenantTx } from '#platform/db/tenant-tx.ts';

/**
 * Starts the execution of a payment after the commit. The first execution has the transaction's id as its name, so
 * that there is one however often it is started; later ones, after that has ended or is lost, have a number.
 */
export function startPayment(tx: TenantTx, input: PaymentInput, restart = 0): void {
  const { tenant_id, transaction_id, request_id } = input;
  const name = executionName(transaction_id, restart);
  command(tx, {
    type: 'execution.start',
    machine: 'disbursement',
    name,
    input: { tenant_id, transaction_id, request_id },
  });
}

function executionName(transactionId: string, restart: number): string {
  return restart === 0 ? transactionId : `${transactionId}-${restart}`;
}

/** Returns whether an execution has a successor: two that wait for the same bank would ask it twice as often, for ever. */
export function isSuperseded(execution: string, transactionId: string, restarts: number): boolean {
  return execution !== executionName(transactionId, restarts);
}
