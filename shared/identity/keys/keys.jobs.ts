import { scheduledJob } from '#platform/queue/job.ts';

/** Adds a key that seals a little later, when every function has it. */
export const rotateFieldKey = scheduledJob({
  name: 'rotate-field-key',
  suspended: 'goes-on',
  purpose: 'Rotates the key that seals account numbers and secrets of webhooks',
  schedule: 'cron(0 3 2 1 ? *)',
  uses: ['fieldKey:use', 'fieldKey:rotate'],
  timeoutSeconds: 60,
});

/** Goes through all that is sealed: weekly, or by hand after a rotation. */
export const resealFields = scheduledJob({
  name: 'reseal-fields',
  suspended: 'goes-on',
  purpose: 'Reseals the values of older keys with the current key',
  schedule: 'cron(30 3 ? * SUN *)',
  uses: ['database:system', 'fieldKey:use'],
  timeoutSeconds: 900,
});

/** Publishes a new signing key, starts to sign with it later, and retires the old one after the longest token life. */
export const rotateSigningKeys = scheduledJob({
  name: 'rotate-signing-keys',
  suspended: 'goes-on',
  purpose: 'Rotates the keys that sign access tokens',
  schedule: 'cron(0 2 1 * ? *)',
  uses: ['database:system', 'signingKeys:read', 'signingKeys:write'],
  timeoutSeconds: 60,
});
