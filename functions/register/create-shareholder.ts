import { http } from '#platform/http/http.ts';
import { noteInLedger } from '#register/position.repository.ts';
import { insertShareholder, toShareholder } from '#register/shareholder.repository.ts';
import { createShareholder } from '#register/shareholders.routes.ts';

export const handler = http(createShareholder, async ({ body, tenantTx }) => {
  const { contact, effective_date, security_class, reason = 'opening', ...shareholder } = body;
  return tenantTx(async (tx) => {
    if (body.holdings !== undefined)
      await noteInLedger(tx, { effective_date, security_class, reason, source: 'api' });
    return toShareholder(await insertShareholder(tx, { ...shareholder, ...contact }));
  });
});
