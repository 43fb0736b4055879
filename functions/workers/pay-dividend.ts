import { ChunkMessage } from '#dividends/dividend-message.ts';
import * as jobs from '#dividends/dividends.jobs.ts';
import { setUnsent } from '#dividends/enqueue-chunks.ts';
import { settleChunk } from '#dividends/settle-chunk.ts';
import { publishTransactions } from '#ledger/publish-transactions.ts';
import { carryOutBy } from '#platform/events/publish.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { systemActor } from '#platform/queue/system-actor.ts';

carryOutBy('transactions.publish', publishTransactions);

export const handler = consumer(
  jobs.payDividend,
  ChunkMessage,
  ({ message, requestId, isFinal }) => {
    const chunk = {
      dividendId: message.dividend_id,
      first: message.first_shareholder_id,
      last: message.last_shareholder_id,
    };
    return settleChunk(systemActor(message.tenant_id, requestId, jobs.payDividend), chunk, isFinal);
  },
  { park: ({ tenant_id, dividend_id }) => setUnsent(tenant_id, dividend_id) },
);
