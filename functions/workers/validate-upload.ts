import { consumer } from '#platform/queue/consumer.ts';
import { headObject } from '#platform/storage/objects.ts';
import { S3Notification, storedFiles } from '#uploads/intake/upload-event.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';
import * as jobs from '#uploads/uploads.jobs.ts';

export const handler = consumer(
  jobs.validateUpload,
  S3Notification,
  async (delivery) => {
    for (const file of storedFiles(delivery.message)) await processUpload(file, delivery);
  },
  {
    traceparentOf: async (notification) => {
      const [file] = storedFiles(notification);
      return file && (await headObject(file))?.traceparent;
    },
  },
);
