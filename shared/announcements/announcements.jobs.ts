import { queueJob } from '#platform/queue/job.ts';

/** Tells people of what was proposed, so that whoever proposes needs nothing of what that takes. */
export const announceChanges = queueJob({
  name: 'announce-changes',
  suspended: 'goes-on',
  purpose: 'Has mails written to those who may decide on a change, and to the payees of new bank accounts',
  queue: 'announcements',
  source: { events: ['change.requested', 'upload.completed'] },
  uses: ['fieldKey:use', 'queue:announcements:send', 'queue:mails:send', 'queue:notices:send'],
  batchSize: 1,
  tries: 5,
  foundBy: { nobody: 'Its dead letter holds it. The change stands in the inbox, whoever was told of it.' },
  retryForHours: 12,
  maxConcurrency: 2,
  timeoutSeconds: 30,
});
