import { readAchAnswers } from '#disbursements/disbursements.jobs.ts';
import { InboundEvent, readAchAnswers as read } from '#disbursements/read-ach-answers.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(readAchAnswers, InboundEvent, ({ message, requestId }) =>
  read(message, requestId),
);
