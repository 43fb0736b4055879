import { DomainError } from '#kernel/domain-error.ts';
import { http } from '#platform/http/http.ts';
import { closeShareholder as close } from '#register/change-shareholder.ts';
import { closeShareholder } from '#register/shareholders.routes.ts';

export const handler = http(closeShareholder, async ({ params, expectedVersion, tenantTx }) => {
  try {
    await tenantTx((tx) => close(tx, params.id, expectedVersion));
  } catch (error) {
    // The holder is already closed: there is nothing to write and nothing to audit.
    if (!(error instanceof DomainError && error.slug === 'shareholder-closed')) throw error;
  }
  return undefined;
});
