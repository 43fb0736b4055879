import { takeDividendSnapshots } from '#dividends/dividends.jobs.ts';
import { runDue } from '#dividends/find-runs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(takeDividendSnapshots, ({ time, requestId }) => runDue(time, requestId));
