import * as routes from '#operations/operations.routes.ts';
import { countRedrivable, redrive } from '#operations/queues.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.redriveDeadLetters, async ({ params: { queue }, tenantTx }) => {
  const messages = await countRedrivable(queue);
  const answer = await tenantTx(async () => ({ queue, messages }), { resource: () => `queues/${queue}` });
  await redrive(queue);
  return answer;
});
