import { expect, test } from 'vitest';
import { listAudit } from '#audit/audit.routes.ts';
import { AUDIT_ACTIONS } from '#contracts/audit-actions.ts';
import { SECURITY_ACTION_NAMES } from '#contracts/security-actions.ts';
import { createWebhook } from '#webhooks/webhooks.routes.ts';

/** The actions that a security team watches: whoever adds one says so in the list, or names it among the daily ones. */
const WATCHED =
  /^(login|sign-?in|sessions?|second-factor|access|user|invitation|password|password-reset|identity|api-key|client-token|directory-\w+|drop-credential|connection|sign-in-settings|tenant|tenant-link|webhook|changes?|legal-hold)\./;
const DAILY: readonly string[] = [
  'tenant.created',
  'session.refreshed',
  'webhook.resent',
  'webhook.tested',
  'webhook.replayed',
];

test('every action of sign-in, accounts, keys, settings and decisions is a security event', () => {
  const expected = AUDIT_ACTIONS.filter((action) => WATCHED.test(action) && !DAILY.includes(action));
  expect(expected.length).toBeGreaterThan(50);
  expect(expected.filter((action) => !(SECURITY_ACTION_NAMES as readonly string[]).includes(action))).toEqual(
    [],
  );
});

test('nobody has security events sent who may not read the trail', () => {
  expect(listAudit.roles).toEqual(expect.arrayContaining([...createWebhook.roles]));
});
