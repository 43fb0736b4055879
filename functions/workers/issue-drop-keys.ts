import { consumer } from '#platform/queue/consumer.ts';
import { DropKeyMessage } from '#uploads/drop/drop-key-message.ts';
import { makeDropKey } from '#uploads/drop/make-drop-key.ts';
import * as jobs from '#uploads/uploads.jobs.ts';

export const handler = consumer(jobs.issueDropKeys, DropKeyMessage, ({ message, requestId }) =>
  makeDropKey(message, requestId),
);
