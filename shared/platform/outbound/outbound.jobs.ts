import { calledJob } from '#platform/queue/job.ts';

/**
 * Calls what customers name on the public internet, for functions that stand in the network beside the database. It has longer than one
 * call takes (guarded-fetch.ts), and less than every route that waits for it.
 */
export const fetchPublic = calledJob({
  name: 'fetch-public',
  suspended: 'goes-on',
  purpose: 'Calls addresses on the public internet for functions that have no way out of the network',
  database: false,
  uses: ['outside:address'],
  timeoutSeconds: 8,
});
