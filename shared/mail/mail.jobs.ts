import { queueJob } from '#platform/queue/job.ts';

/** Runs outside the database's network, with internet access, and has only what its message contains. */
export const sendMail = queueJob({
  name: 'send-mail',
  suspended: 'goes-on',
  purpose: 'Sends a mail to a user',
  queue: 'mails',
  source: 'code',
  database: false,
  uses: ['fieldKey:use', 'mail:send'],
  batchSize: 1,
  tries: 5,
  foundBy: { nobody: 'Its dead letter holds it, sealed. Whoever misses a link asks for another.' },
  retryForHours: 12,
  // SES answers an account that sends too fast with an error, which costs the mail a pause.
  maxConcurrency: 2,
  timeoutSeconds: 30,
});
