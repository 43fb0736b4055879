import { InboundEvent, readAchAnswers as read } from '#payments/files/read-inbound-files.ts';
import { readAchAnswers } from '#payments/payments.jobs.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(readAchAnswers, InboundEvent, ({ message, requestId }) =>
  read(message, requestId),
);
