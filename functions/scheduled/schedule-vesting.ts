import * as jobs from '#plans/plans.jobs.ts';
import { scheduleVesting } from '#plans/vesting-runs/schedule-vesting.ts';
import { scheduled } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';

export const handler = scheduled(jobs.scheduleVesting, (firing) =>
  scheduleVesting(firing, (chunks, requestId) => sendMessages(jobs.computeVesting.queue, chunks, requestId)),
);
