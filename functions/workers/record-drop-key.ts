import { consumer } from '#platform/queue/consumer.ts';
import { DropKeyOutcome } from '#uploads/drop/drop-key-message.ts';
import { keepDropKey } from '#uploads/drop/record-drop-key.ts';
import * as jobs from '#uploads/uploads.jobs.ts';

export const handler = consumer(jobs.recordDropKey, DropKeyOutcome, ({ message, requestId }) =>
  keepDropKey(message, requestId),
);
