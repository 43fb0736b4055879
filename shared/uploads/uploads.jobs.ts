import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Reads an uploaded object, validates it row by row and writes the valid rows to the register. */
export const validateUpload = queueJob({
  name: 'validate-upload',
  suspended: 'refuses',
  purpose: 'Validates an uploaded file and loads its valid rows',
  queue: 'uploads',
  source: { bucket: 'uploads', prefixes: ['incoming/', 'drop/'] },
  uses: [
    'uploadsBucket:read',
    'uploadsBucket:write',
    'rejectedRowsQueue:send',
    'fieldKey:use',
    'eventBus:put',
  ],
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
  // Some 40 MB are alive at a time.
  heapMb: 256,
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

/** Runs outside the database's network, which has no way to IAM, and has only what its message contains. */
export const issueDropKeys = queueJob({
  name: 'issue-drop-keys',
  suspended: 'goes-on',
  purpose: 'Issues and removes keys of the drop folder',
  queue: 'drop-keys',
  source: 'code',
  database: false,
  uses: ['dropUsers:manage', 'fieldKey:use', 'queue:drop-key-outcomes:send'],
  batchSize: 1,
  tries: 3,
  foundBy: {
    rows: 'drop_credentials in ISSUING, or ended and not removed',
    sweep: 'end-drop-credentials',
  },
  retryForHours: 12,
  maxConcurrency: 2,
  timeoutSeconds: 30,
});

export const recordDropKey = queueJob({
  name: 'record-drop-key',
  suspended: 'goes-on',
  purpose: 'Stores the key of a credential, sealed, until its owner has seen it',
  queue: 'drop-key-outcomes',
  source: 'code',
  uses: ['queue:drop-keys:send'],
  batchSize: 1,
  tries: 8,
  foundBy: {
    rows: 'drop_credentials in ISSUING, or ended and not removed',
    sweep: 'end-drop-credentials',
  },
  retryForHours: 12,
  maxConcurrency: 2,
  timeoutSeconds: 30,
});

/** Ends credentials whose time or owner is gone, and finds keys whose message is lost. */
export const endDropCredentials = scheduledJob({
  name: 'end-drop-credentials',
  suspended: 'goes-on',
  purpose:
    'Ends credentials of the drop folder that have expired or lost their owner, and removes their keys',
  schedule: 'rate(15 minutes)',
  uses: ['database:system', 'queue:drop-keys:send'],
  timeoutSeconds: 60,
});
