import type { Statement } from './pipeline.ts';

const SET_TENANT = `select set_config('app.tenant_id', $1, true)`;

/** Sets the tenant whose rows can be seen until the transaction ends. No other code sets it. */
export function setTenant(tenantId: string): Statement {
  return { text: SET_TENANT, values: [tenantId] };
}
