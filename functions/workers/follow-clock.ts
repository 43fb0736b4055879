import * as z from 'zod';
import { runDue, runUnfinished } from '#dividends/find-runs.ts';
import * as jobs from '#identity/clock/clock.jobs.ts';
import { tenantId } from '#kernel/fields.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import * as plans from '#plans/plans.jobs.ts';
import { scheduleVesting } from '#plans/vesting-runs/schedule-vesting.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { applyEveryonesSplits } from '#register/splits/apply-splits.ts';

/** Runs the jobs of the day once, in the order in which a day needs them: a split comes before the close that counts its shares. */
export const handler = consumer(
  jobs.followClock,
  z.looseObject({ tenant_id: tenantId, at: z.iso.datetime() }),
  async ({ message, requestId, remainingMs }) => {
    const firing = { time: new Date(message.at), requestId, remainingMs };
    await applyEveryonesSplits(firing);
    await runDue(firing);
    await runUnfinished(firing);
    await scheduleVesting(firing, (chunks, id) => sendMessages(plans.computeVesting.queue, chunks, id));
    await reconcileStuckPayments(firing.time, requestId, remainingMs);
  },
);
