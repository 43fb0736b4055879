import * as routes from '#operations/operations.routes.ts';
import { planRedrive, redrive } from '#operations/queues.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.redriveDeadLetters, async ({ params: { queue }, tenantTx }) => {
  const plan = await planRedrive(queue);
  const { messages } = plan;
  const answer = await tenantTx(async () => ({ queue, messages }), { resource: () => `queues/${queue}` });
  await redrive(plan);
  return answer;
});
