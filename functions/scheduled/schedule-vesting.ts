import { computeVesting, scheduleVesting } from '#plans/plans.jobs.ts';
import { scheduleVesting as schedule } from '#plans/vesting-runs/schedule-vesting.ts';
import { scheduled } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';

export const handler = scheduled(scheduleVesting, (firing) =>
  schedule(firing, (chunks, requestId) => sendMessages(computeVesting.queue, chunks, requestId)),
);
