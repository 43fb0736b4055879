import * as routes from '#operations/operations.routes.ts';
import { listQueues } from '#operations/queues.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listQueues, async () => ({ data: await listQueues(new Date()) }));
