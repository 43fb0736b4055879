import { computeVesting as compute } from '#plans/compute-vesting.ts';
import { computeVesting } from '#plans/plans.jobs.ts';
import { VestingChunk } from '#plans/vesting-chunk.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(computeVesting, VestingChunk, async ({ message, requestId }) => {
  await compute(message, requestId);
});
