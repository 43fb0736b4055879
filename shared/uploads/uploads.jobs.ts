import { queueJob } from '#platform/queue/job.ts';

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
  retryForHours: 12,
  maxConcurrency: 10,
  timeoutSeconds: 840,
  memoryMb: 1769,
  ephemeralStorageMb: 2048,
});
