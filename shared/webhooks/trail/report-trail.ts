import type { TenantId } from '#kernel/ids.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { Failures } from '#platform/queue/failures.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { reportTrail } from '#webhooks/webhooks.jobs.ts';
import { STREAMS, type Stream } from './streams.ts';
import { listSubscribers, lockTold, type Subscriber, setOwnTold, setTold } from './told.repository.ts';

/** Stops in time to tell what was found. */
const MARGIN_MS = 15_000;

type Active = Awaited<ReturnType<Stream['activity']>>['activity'][number] & Subscriber;

interface Found {
  readonly to: string;
  readonly hasMore: boolean;
  readonly active: readonly Active[];
}

/** The number of tenants that were told something, once for each part of the trail, and of entries. */
type Reported = { readonly reported: number; readonly entries: number };

/**
 * Tells each tenant that has a webhook for it what is new in its trail. Only settled entries are read, so that none which
 * commits late is passed over; how far a tenant has been told is written with its events.
 */
export async function reportToWebhooks(firing: Firing): Promise<Reported> {
  const failures = new Failures(reportTrail);
  const total = { reported: 0, entries: 0 };
  for (const stream of STREAMS) {
    const { reported, entries } = await reportStream(stream, firing, failures);
    total.reported += reported;
    total.entries += entries;
  }
  failures.rethrow();
  return total;
}

async function reportStream(
  stream: Stream,
  { requestId, remainingMs }: Firing,
  failures: Failures,
): Promise<Reported> {
  const total = { reported: 0, entries: 0 };
  let from: string | undefined;
  while (remainingMs() > MARGIN_MS) {
    const found = await findActivity(stream, from);
    if (found === undefined) break;
    for (const activity of found.active) {
      if (remainingMs() < MARGIN_MS) break;
      await failures.attempt({ tenant_id: activity.tenant_id }, async () => {
        const entries = await tellOf(stream, activity, found.to, requestId);
        if (entries === 0) return;
        total.reported += 1;
        total.entries += entries;
      });
    }
    // A report is a transaction too: at the horizon there is always a new one.
    if (!found.hasMore) break;
    from = found.to;
  }
  return total;
}

/** Finds what is new from a number on, and says of the tenants without anything new that they are told; undefined if nobody asks. */
function findActivity(stream: Stream, from: string | undefined): Promise<Found | undefined> {
  return systemTx('which tenants have entries to be told of', async (tx) => {
    const subscribers = await listSubscribers(tx, stream);
    if (subscribers.length === 0) return undefined;
    const begin = from ?? oldestOf(subscribers);
    const { to, hasMore, activity } = await stream.activity(tx, begin, stream.atOnce);
    const byTenant = new Map(activity.map((each) => [each.tenant_id, each]));
    const active: Active[] = [];
    const idle: string[] = [];
    for (const subscriber of subscribers) {
      // One whose report has failed before is left to the next firing, which begins at it.
      if (BigInt(subscriber.reported_to) < BigInt(begin)) continue;
      const own = byTenant.get(subscriber.tenant_id);
      if (own === undefined || BigInt(own.last_xact) < BigInt(subscriber.reported_to))
        idle.push(subscriber.tenant_id);
      else active.push({ ...own, ...subscriber });
    }
    await setTold(tx, stream, idle, to);
    return { to, hasMore, active };
  });
}

function oldestOf(subscribers: readonly Subscriber[]): string {
  return subscribers.map(({ reported_to }) => reported_to).reduce((a, b) => (BigInt(a) <= BigInt(b) ? a : b));
}

async function tellOf(stream: Stream, activity: Active, to: string, requestId: string): Promise<number> {
  return systemWrite(
    systemActor(activity.tenant_id as TenantId, requestId, reportTrail),
    async (tx) => {
      const from = await lockTold(tx, stream);
      if (from === undefined || BigInt(from) >= BigInt(to)) return noEffect(0);
      const entries = await stream.tell(tx, { from, to }, activity);
      if (entries === 0) return noEffect(0);
      await setOwnTold(tx, stream, to);
      return entries;
    },
    { audit: (entries) => ({ action: stream.action, resource: 'webhooks', payload: { entries } }) },
  );
}
