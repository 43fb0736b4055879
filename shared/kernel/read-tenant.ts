import type { TenantId } from './ids.ts';
import type { TenantType } from './roles.ts';

/** The tenant whose records an operator may read for a while, masked. */
export interface ReadTenant {
  readonly tenantId: TenantId;
  readonly tenantType: TenantType;
}
