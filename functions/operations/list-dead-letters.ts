import * as routes from '#operations/operations.routes.ts';
import { listDeadLetters } from '#operations/queues.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listDeadLetters, async ({ query }) => ({
  data: await listDeadLetters(query.queue),
}));
