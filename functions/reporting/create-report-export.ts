import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';
import { toReportExport } from '#reporting/exports/export.repository.ts';
import * as routes from '#reporting/exports/exports.routes.ts';
import { openOrdered, orderExport } from '#reporting/exports/order-export.ts';

export const handler = http(
  routes.createReportExport,
  async ({ body, actor, principal, tenantRead, tenantTx }) => {
    const opened = await tenantRead(async (read) => openOrdered(read, body, principal, await todayOf(read)));
    return tenantTx(async (tx) => toReportExport(await orderExport(tx, body, opened, actor), null), {
      resource: ({ id }) => `report-exports/${id}`,
    });
  },
);
