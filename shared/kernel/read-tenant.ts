import type { TenantId } from './ids.ts';
import type { TenantType } from './roles.ts';

/** The reason of an operator: a word, and the number of a ticket. */
export interface Errand {
  readonly purpose: string;
  readonly ticket: string;
}

/** The tenant whose records an operator may read for a while, masked. */
export interface ReadTenant {
  readonly tenantId: TenantId;
  readonly tenantType: TenantType;
  /** The operator acts for the tenant too, while it is suspended. */
  readonly acts?: Errand;
}
