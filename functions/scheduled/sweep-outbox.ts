import { publishTransactions } from '#ledger/publish-transactions.ts';
import { sweepOutbox } from '#outbox.jobs.ts';
import { carryOutBy } from '#platform/events/publish.ts';
import { sweepOutbox as sweep } from '#platform/events/sweep.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

carryOutBy('transactions.publish', publishTransactions);

export const handler = scheduled(sweepOutbox, ({ time, remainingMs }) => sweep(time, remainingMs));
