import { consumer } from '#platform/queue/consumer.ts';
import { projectTransactions as project, TransactionsMessage } from '#reporting/project-transactions.ts';
import { projectTransactions } from '#reporting/reporting.jobs.ts';

export const handler = consumer(projectTransactions, TransactionsMessage, ({ message }) => project(message));
