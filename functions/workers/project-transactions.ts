import { consumer } from '#platform/queue/consumer.ts';
import {
  projectTransactions as project,
  TransactionsMessage,
} from '#reporting/projection/project-transactions.ts';
import { projectTransactions } from '#reporting/projection/projection.jobs.ts';

export const handler = consumer(projectTransactions, TransactionsMessage, ({ message }) => project(message));
