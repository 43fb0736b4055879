import type { Context, SQSEvent } from 'aws-lambda';
import type { ChunkMessage } from '#dividends/dividend-message.ts';
import { handler } from '#functions/workers/pay-dividend.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import { recordOf } from '#tests/support/queue-driver.ts';

/** The message to a worker of the benchmark: chunks for the deployed function, or holders for one insert each. */
export type Order =
  | { readonly kind: 'chunks'; readonly messages: readonly ChunkMessage[] }
  | {
      readonly kind: 'holders';
      readonly tenantId: string;
      readonly dividendId: string;
      readonly holders: readonly string[];
    };

const CONTEXT = {
  functionName: 'bench',
  awsRequestId: 'bench',
  getRemainingTimeInMillis: () => 60_000,
} as unknown as Context;

/** The least that one message for each holder takes: one transaction with one insert, in one round trip. */
const INSERT_ONE = `insert into transactions (id, type, amount, currency, shareholder_id, dividend_id)
  select transaction_id, 'DIVIDEND', amount, 'USD', shareholder_id, dividend_id from dividend_lines
  where dividend_id = $1 and shareholder_id = $2 and transaction_id is not null on conflict (tenant_id, id) do nothing`;

process.on('message', async (order: Order) => {
  if (order.kind === 'chunks') {
    const records = order.messages.map((message, index) => recordOf(message, 1, String(index)));
    const { batchItemFailures } = await handler({ Records: records } as SQSEvent, CONTEXT);
    process.send?.(batchItemFailures.length);
    return;
  }
  for (const holder of order.holders)
    await tenantStatements(order.tenantId, [{ text: INSERT_ONE, values: [order.dividendId, holder] }]);
  process.send?.(0);
});
process.send?.('ready');
