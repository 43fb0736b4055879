import { applyInboundFiles, InboundEvent } from '#payments/files/read-inbound-files.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(jobs.readInboundFiles, InboundEvent, ({ message, requestId }) =>
  applyInboundFiles(message, requestId),
);
