import * as jobs from '#identity/clock/clock.jobs.ts';
import * as routes from '#identity/clock/clock.routes.ts';
import { moveClock } from '#identity/clock/move-clock.ts';
import { now } from '#platform/clock.ts';
import { http } from '#platform/http/http.ts';
import { logger } from '#platform/observability/logger.ts';
import { sendMessages } from '#platform/queue/send.ts';

export const handler = http(routes.moveClock, async ({ actor, body, requestId, tenantTx }) => {
  const clock = await tenantTx((tx) => moveClock(tx, body.to), {
    resource: () => 'settings/clock',
    payload: ({ now, ahead_seconds }) => ({ now, ahead_seconds }),
  });
  // The jobs find what is due without it too, only later.
  await sendMessages(
    jobs.followClock.queue,
    [{ tenant_id: actor.tenantId, at: now().toISOString() }],
    requestId,
  ).catch((error: unknown) => logger.warn('nobody was told of a moved clock', { error: error as Error }));
  return clock;
});
