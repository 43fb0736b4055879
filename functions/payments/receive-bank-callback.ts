import { authenticateCallback } from '#payments/bank/authenticate-callback.ts';
import * as routes from '#payments/bank/bank-callbacks.routes.ts';
import { receiveBankEvent } from '#payments/bank/receive-bank-event.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.receiveBankCallback,
  async ({ body, headers, rawBody, requestId, claim, tenantTx }) => {
    claim(async () => ({ payload: { event_id: body.event_id } }));
    const { actor, sealer } = await authenticateCallback(body, rawBody(), headers, requestId);
    const taskToken = await tenantTx((tx) => receiveBankEvent(tx, body, sealer), {
      actor,
      resource: () => `transactions/${body.reference}`,
      payload: { event_id: body.event_id, kind: body.kind, code: body.code },
    });
    await crashPoint('callback-after-commit', body.reference);
    await reportTask(taskToken);
    await crashPoint('callback-after-report', body.reference);
    return { received: true as const };
  },
);
