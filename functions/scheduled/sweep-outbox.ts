import { publishTransactions } from '#ledger/publish-transactions.ts';
import * as jobs from '#outbox.jobs.ts';
import { carryOutBy } from '#platform/events/publish.ts';
import { sweepOutbox } from '#platform/events/sweep.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

carryOutBy('transactions.publish', publishTransactions);

export const handler = scheduled(jobs.sweepOutbox, ({ time, remainingMs }) => sweepOutbox(time, remainingMs));
