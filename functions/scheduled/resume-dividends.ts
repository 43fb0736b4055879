import * as jobs from '#dividends/dividends.jobs.ts';
import { runUnfinished } from '#dividends/find-runs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.resumeDividends, (firing) => runUnfinished(firing));
