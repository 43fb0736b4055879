import type { Statement } from './pipeline.ts';

const SET_TENANT = `select set_config('app.tenant_id', $1, true)`;

/** Whose rows can be seen, until the transaction ends. The only place where it is said. */
export function setTenant(tenantId: string): Statement {
  return { text: SET_TENANT, values: [tenantId] };
}
