import * as jobs from '#plans/plans.jobs.ts';
import { computeVesting } from '#plans/vesting-runs/compute-vesting.ts';
import { VestingChunk } from '#plans/vesting-runs/vesting-chunk.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(jobs.computeVesting, VestingChunk, async ({ message, requestId }) => {
  await computeVesting(message, requestId);
});
