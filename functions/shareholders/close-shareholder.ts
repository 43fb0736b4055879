import { http } from '#platform/http/http.ts';
import { DomainError } from '#platform/problems/domain-error.ts';
import { closeShareholder as close } from '#shareholders/change-shareholder.ts';
import { closeShareholder } from '#shareholders/shareholders.routes.ts';

export const handler = http(closeShareholder, async ({ params, expectedVersion, tenantTx }) => {
  try {
    await tenantTx((tx) => close(tx, params.id, expectedVersion));
  } catch (error) {
    // What the caller asks for is the case already: nothing to write, nothing to audit.
    if (!(error instanceof DomainError && error.slug === 'shareholder-closed')) throw error;
  }
  return undefined;
});
