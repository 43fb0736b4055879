import { computeVesting } from '#plans/plans.jobs.ts';
import { computeVesting as compute } from '#plans/vesting-runs/compute-vesting.ts';
import { VestingChunk } from '#plans/vesting-runs/vesting-chunk.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(computeVesting, VestingChunk, async ({ message, requestId }) => {
  await compute(message, requestId);
});
