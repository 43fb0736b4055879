import type { z } from 'zod';
import { listTransitions } from '#ledger/transactions.ts';
import { listContradictions } from '#payments/exceptions/contradiction.repository.ts';
import { listCorrections, toNotification } from '#payments/payees/account-correction.repository.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { present } from './ordered-transaction.ts';
import type { TransactionWithHistory } from './orders.routes.ts';

/** These are what people have said of it. */
type Told = 'cancelled_by' | 'cancel_reason' | 'reversal_reason';

type History = Pick<
  z.infer<typeof TransactionWithHistory>,
  | 'history'
  | 'compensated_by'
  | 'reversed_by'
  | 'replaced_by'
  | Told
  | 'exceptions'
  | 'notifications_of_change'
>;

export async function findHistory(read: TenantRead, id: string): Promise<History> {
  const transitions = await listTransitions(read, id);
  const exceptions = await listContradictions(read, id);
  const notified = await listCorrections(read, { transaction: id });
  const links = await read
    .selectNoFrom((eb) => [
      eb.selectFrom('ledger_transactions').select('id').where('compensates', '=', id).as('compensated_by'),
      eb
        .selectFrom('ledger_transactions')
        .select('id')
        .where('reverses', '=', id)
        .orderBy('id', 'desc')
        .limit(1)
        .as('reversed_by'),
      eb.selectFrom('payment_orders').select('transaction_id').where('replaces', '=', id).as('replaced_by'),
      ...(['cancelled_by', 'cancel_reason', 'reversal_reason'] as const).map((name) =>
        eb.selectFrom('payment_orders').select(name).where('transaction_id', '=', id).as(name),
      ),
    ])
    .executeTakeFirstOrThrow();
  return {
    history: transitions.map(({ version, from_status, to_status, return_code, occurred_at }) => ({
      version,
      from: from_status,
      to: to_status,
      return_code,
      occurred_at: occurred_at.toISOString(),
    })),
    ...present(links),
    ...(notified.length === 0 ? {} : { notifications_of_change: notified.map(toNotification) }),
    ...(exceptions.length === 0
      ? {}
      : {
          exceptions: exceptions.map(({ noted_at, ...said }) => ({
            ...said,
            noted_at: noted_at.toISOString(),
          })),
        }),
  };
}
