import { command, type TenantTx } from '#platform/db/tenant-tx.ts';
import type { PaymentInput } from './payment-input.ts';

/**
 * Starts the execution of a payment after the commit. The first one bears the transaction's id, so that there is one however
 * often it is started; a later one, for when that is over or lost, says which it is.
 */
export function startPayment(tx: TenantTx, input: PaymentInput, restart = 0): void {
  const { tenant_id, transaction_id, request_id } = input;
  const name = restart === 0 ? transaction_id : `${transaction_id}-${restart}`;
  command(tx, {
    type: 'execution.start',
    machine: 'disbursement',
    name,
    input: { tenant_id, transaction_id, request_id },
  });
}
