import { sweepOutbox as sweep } from '#platform/events/sweep.ts';
import { sweepOutbox } from '#platform/platform.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(sweepOutbox, ({ time, remainingMs }) => sweep(time, remainingMs));
