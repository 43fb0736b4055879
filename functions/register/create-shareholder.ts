import { http } from '#platform/http/http.ts';
import { recordPositionChange } from '#register/position-change.ts';
import { insertShareholder, toShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

export const handler = http(routes.createShareholder, async ({ body, tenantTx }) => {
  const { contact, effective_date, security_class, reason = 'opening', ...shareholder } = body;
  return tenantTx(async (tx) => {
    const position_change_id =
      body.holdings === undefined
        ? undefined
        : await recordPositionChange(tx, { effective_date, security_class, reason, source: 'api' });
    return toShareholder(await insertShareholder(tx, { ...shareholder, ...contact, position_change_id }));
  });
});
