import { queueJob } from '#platform/queue/job.ts';

/** Looks up whom a notice is for, so that whoever asks for one needs no key, and its message names nobody. */
export const postNotices = queueJob({
  name: 'post-notices',
  suspended: 'goes-on',
  purpose: 'Writes the mails that tell people of their own account, and those with links that were asked for',
  queue: 'notices',
  source: 'code',
  uses: ['fieldKey:use', 'queue:mails:send', 'links:public'],
  batchSize: 1,
  tries: 5,
  foundBy: { nobody: 'Its dead letter holds it. Whoever misses a link asks for another.' },
  retryForHours: 12,
  maxConcurrency: 2,
  timeoutSeconds: 30,
});
