import { resumeDividends } from '#dividends/dividends.jobs.ts';
import { runUnfinished } from '#dividends/find-runs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(resumeDividends, ({ time, requestId }) => runUnfinished(time, requestId));
