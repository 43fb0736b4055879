import { RunMessage } from '#dividends/dividend-message.ts';
import * as jobs from '#dividends/dividends.jobs.ts';
import { runDividend } from '#dividends/run-dividend.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { systemActor } from '#platform/queue/system-actor.ts';

export const handler = consumer(jobs.runDividend, RunMessage, ({ message, requestId }) =>
  runDividend(
    systemActor(message.tenant_id, requestId, jobs.runDividend),
    message.dividend_id,
    message.closed_on,
    message.at === undefined ? undefined : new Date(message.at),
  ),
);
