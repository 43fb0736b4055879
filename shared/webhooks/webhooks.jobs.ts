import { EVENT_TYPES } from '#contracts/event-types.ts';
import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Receives every event and stores a delivery for each webhook that subscribes to it. */
export const queueWebhooks = queueJob({
  name: 'queue-webhooks',
  suspended: 'goes-on',
  purpose: 'Stores a delivery of each event for the webhooks that subscribe to it',
  queue: 'webhook-events',
  source: { events: EVENT_TYPES },
  uses: ['queue:webhook-deliveries:send'],
  batchSize: 10,
  tries: 8,
  foundBy: { rows: 'published_events without a delivery', sweep: 'resume-webhook-events' },
  retryForHours: 12,
  maxConcurrency: 5,
  timeoutSeconds: 60,
});

/** Runs outside the database's network, with internet access, and has only what its message contains. */
export const deliverWebhook = queueJob({
  name: 'deliver-webhook',
  suspended: 'goes-on',
  purpose: 'Sends an event to a webhook',
  queue: 'webhook-deliveries',
  source: 'code',
  database: false,
  uses: ['fieldKey:use', 'outside:address', 'queue:webhook-outcomes:send'],
  batchSize: 1,
  tries: 3,
  foundBy: { rows: 'webhook_deliveries whose lease has run out', sweep: 'retry-webhooks' },
  retryForHours: 12,
  maxConcurrency: 20,
  timeoutSeconds: 30,
});

export const recordWebhookAttempt = queueJob({
  name: 'record-webhook-attempt',
  suspended: 'goes-on',
  purpose: 'Stores the answer of a webhook, and the time of the next attempt',
  queue: 'webhook-outcomes',
  source: 'code',
  uses: [],
  batchSize: 10,
  tries: 8,
  foundBy: { rows: 'webhook_deliveries whose lease has run out', sweep: 'retry-webhooks' },
  retryForHours: 12,
  maxConcurrency: 5,
  timeoutSeconds: 30,
});

/** SQS delays a message by a quarter of an hour at most; the pauses between attempts are up to a day. */
export const retryWebhooks = scheduledJob({
  name: 'retry-webhooks',
  suspended: 'goes-on',
  purpose: 'Sends the deliveries to webhooks whose next attempt is due',
  schedule: 'rate(1 minute)',
  uses: ['database:system', 'queue:webhook-deliveries:send'],
  timeoutSeconds: 50,
});

/** Finds events whose message is lost: it has waited and is given up, and its dead letter isn't kept for ever. */
export const resumeWebhookEvents = scheduledJob({
  name: 'resume-webhook-events',
  suspended: 'goes-on',
  purpose: 'Stores the deliveries of events whose message was lost',
  schedule: 'rate(6 hours)',
  uses: ['database:system', 'queue:webhook-deliveries:send'],
  timeoutSeconds: 60,
});

/** Tells the webhooks that ask for it what is new in the trail. Of security events it makes at most one event a tenant each minute, whatever happens. */
export const reportTrail = scheduledJob({
  name: 'report-trail',
  suspended: 'goes-on',
  purpose: 'Tells webhooks that ask for it of the security events and the changed records of the last minute',
  schedule: 'rate(1 minute)',
  uses: ['database:system', 'eventBus:put'],
  timeoutSeconds: 50,
});
