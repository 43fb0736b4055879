import { scheduled } from '#platform/queue/scheduled.ts';
import { applyEveryonesSplits } from '#register/splits/apply-splits.ts';
import * as jobs from '#register/splits/corporate-actions.jobs.ts';

export const handler = scheduled(jobs.applySplits, applyEveryonesSplits);
