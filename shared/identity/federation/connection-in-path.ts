import { type ConnectionRow, findConnection } from '#identity/connections/connection.repository.ts';
import { isUuid } from '#kernel/ids.ts';
import { found } from '#platform/db/found.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { type ConnectionTenant, findConnectionTenant } from './federation.repository.ts';

interface Addressed {
  readonly tenant: ConnectionTenant;
  readonly connection: ConnectionRow;
}

/**
 * Finds the connection that the path of a sign-in names, and its tenant.
 * @throws DomainError `not-found`
 */
export async function connectionInPath(text: string): Promise<Addressed> {
  const id = text.toLowerCase();
  const tenant = found(isUuid(id) ? await findConnectionTenant(id) : undefined);
  return { tenant, connection: found(await tenantRead(tenant.id, (read) => findConnection(read, id))) };
}
