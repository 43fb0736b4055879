import * as jobs from '#dividends/dividends.jobs.ts';
import { runDue } from '#dividends/find-runs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.takeDividendSnapshots, (firing) => runDue(firing));
