import { consumer } from '#platform/queue/consumer.ts';
import { projectTransactions, TransactionsMessage } from '#reporting/projection/project-transactions.ts';
import * as jobs from '#reporting/projection/projection.jobs.ts';

export const handler = consumer(jobs.projectTransactions, TransactionsMessage, ({ message }) =>
  projectTransactions(message),
);
