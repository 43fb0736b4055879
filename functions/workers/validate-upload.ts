import { consumer } from '#platform/queue/consumer.ts';
import { headObject } from '#platform/storage/objects.ts';
import { processUpload } from '#uploads/process-upload.ts';
import { S3Notification, storedFiles } from '#uploads/upload-event.ts';
import { validateUpload } from '#uploads/uploads.jobs.ts';

export const handler = consumer(
  validateUpload,
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
