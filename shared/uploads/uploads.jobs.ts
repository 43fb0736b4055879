import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Reads an uploaded object, validates it row by row and writes the valid rows to the register. */
export const validateUpload = queueJob({
  name: 'validate-upload',
  suspended: 'refuses',
  purpose: 'Validates an uploaded file and loads its valid rows',
  queue: 'uploads',
  source: { bucket: 'uploads', prefixes: ['incoming/', 'drop/'] },
  uses: ['uploadsBucket:read', 'uploadsBucket:write', 'rejectedRowsQueue:send', 'eventBus:put'],
  batchSize: 1,
  tries: 5,
  foundBy: {
    rows: 'uploads in RECEIVED or VALIDATING, and files in the drop folder without an upload',
    sweep: 'resume-uploads',
  },
  retryForHours: 12,
  maxConcurrency: 10,
  timeoutSeconds: 840,
  memoryMb: 1769,
  ephemeralStorageMb: 2048,
});

/** Finds uploads whose message is lost: it has waited and is given up, and its dead letter isn't kept for ever. */
export const resumeUploads = scheduledJob({
  name: 'resume-uploads',
  suspended: 'goes-on',
  purpose: 'Puts stored files that are not loaded on the queue again, and ends those that nobody approves',
  schedule: 'rate(6 hours)',
  uses: ['database:system', 'uploadsBucket:read', 'queue:uploads:send', 'eventBus:put'],
  timeoutSeconds: 300,
});
