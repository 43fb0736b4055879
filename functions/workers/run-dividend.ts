import { RunMessage } from '#dividends/dividend-message.ts';
import { runDividend } from '#dividends/dividends.jobs.ts';
import { runDividend as run } from '#dividends/run-dividend.ts';
import type { TenantId } from '#kernel/ids.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { systemActor } from '#platform/queue/system-actor.ts';

export const handler = consumer(runDividend, RunMessage, ({ message, requestId }) =>
  run(
    systemActor(message.tenant_id as TenantId, requestId, runDividend),
    message.dividend_id,
    message.closed_on,
  ),
);
