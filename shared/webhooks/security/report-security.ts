import { type SecurityActivity, securityActivity, securityReport } from '#audit/trail/security-report.ts';
import type { TenantId } from '#kernel/ids.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { emit } from '#platform/db/tenant-tx.ts';
import { Failures } from '#platform/queue/failures.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { reportSecurity } from '#webhooks/webhooks.jobs.ts';
import {
  listSubscribers,
  lockReported,
  type Subscriber,
  setReported,
  setReportedTo,
} from './security-report.repository.ts';

/** Entries of all tenants that are looked through at once, after the job has been away. */
const ENTRIES_AT_ONCE = 50_000;
/** Stops in time to report what was found. */
const MARGIN_MS = 15_000;

interface Found {
  readonly to: string;
  readonly hasMore: boolean;
  readonly active: readonly (SecurityActivity & Subscriber)[];
}

/**
 * Reports the security events of each tenant that has a webhook for them. Only settled entries are read, so that none which
 * commits late is passed over; how far a tenant has been reported is written with its event.
 */
export async function reportSecurityEvents({
  requestId,
  remainingMs,
}: Firing): Promise<{ reported: number; entries: number }> {
  const failures = new Failures(reportSecurity);
  const reported = { reported: 0, entries: 0 };
  let from: string | undefined;
  while (remainingMs() > MARGIN_MS) {
    const found = await findActivity(from);
    if (found === undefined) break;
    for (const activity of found.active) {
      if (remainingMs() < MARGIN_MS) break;
      await failures.attempt({ tenant_id: activity.tenant_id }, async () => {
        const entries = await reportOf(activity, found.to, requestId);
        if (entries === 0) return;
        reported.reported += 1;
        reported.entries += entries;
      });
    }
    // Reports are transactions too: at the horizon there is always a new one.
    if (!found.hasMore) break;
    from = found.to;
  }
  failures.rethrow();
  return reported;
}

/** Finds what is new from a number on, and says of the tenants without anything new that they are reported; undefined if nobody asks. */
function findActivity(from: string | undefined): Promise<Found | undefined> {
  return systemTx('which tenants have security events to report', async (tx) => {
    const subscribers = await listSubscribers(tx);
    if (subscribers.length === 0) return undefined;
    const begin = from ?? oldestOf(subscribers);
    const { to, hasMore, activity } = await securityActivity(tx, begin, ENTRIES_AT_ONCE);
    const byTenant = new Map(activity.map((each) => [each.tenant_id, each]));
    const active: Found['active'][number][] = [];
    const idle: string[] = [];
    for (const subscriber of subscribers) {
      // One whose report has failed before is left to the next firing, which begins at it.
      if (BigInt(subscriber.reported_to) < BigInt(begin)) continue;
      const own = byTenant.get(subscriber.tenant_id);
      if (own === undefined || BigInt(own.last_xact) < BigInt(subscriber.reported_to))
        idle.push(subscriber.tenant_id);
      else active.push({ ...own, ...subscriber });
    }
    await setReported(tx, idle, to);
    return { to, hasMore, active };
  });
}

function oldestOf(subscribers: readonly Subscriber[]): string {
  return subscribers.map(({ reported_to }) => reported_to).reduce((a, b) => (BigInt(a) <= BigInt(b) ? a : b));
}

async function reportOf(
  { tenant_id, ...ids }: Found['active'][number],
  to: string,
  requestId: string,
): Promise<number> {
  return systemWrite(
    systemActor(tenant_id as TenantId, requestId, reportSecurity),
    async (tx) => {
      const from = await lockReported(tx);
      if (from === undefined || BigInt(from) >= BigInt(to)) return noEffect(0);
      const report = await securityReport(tx, { from, to }, ids);
      if (report === undefined) return noEffect(0);
      await setReportedTo(tx, to);
      emit(tx, 'security.reported', report);
      return report.total;
    },
    {
      audit: (entries) => ({ action: 'security.reported', resource: 'webhooks', payload: { entries } }),
    },
  );
}
