import { translateDatabaseError } from './errors.ts';
import { type Queries, queriesOn } from './kysely.ts';
import { pipeline } from './pipeline.ts';
import { systemPool } from './pool.ts';
import { setLimits, setTenant } from './tenant-context.ts';

declare const systemBrand: unique symbol;

/** A transaction that sees every tenant. */
export type SystemTx = Queries & { readonly [systemBrand]: true };

/**
 * Runs `work` as `vestry_system`, across tenants. Only relays, key rotation and retention need it, and only their
 * functions are granted that role.
 * @param reason why no single tenant's context can do it; the database shows it as the connection's application name
 * @param tenantId the tenant of rows that name none, in whose context triggers run.
 * @default none
 */
export async function systemTx<T>(
  reason: string,
  work: (tx: SystemTx) => Promise<T>,
  tenantId?: string,
): Promise<T> {
  const client = await systemPool()
    .connect()
    .catch((error: unknown) => {
      throw translateDatabaseError(error);
    });
  let broken: Error | undefined;
  try {
    await client.query('begin');
    await client.query(`select set_config('application_name', $1, true)`, [reason.slice(0, 63)]);
    const context = tenantId === undefined ? setLimits() : [setTenant(tenantId)];
    if (context.length > 0) await pipeline(client, context);
    const result = await work(queriesOn(client) as SystemTx);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => (broken = rollbackError));
    throw translateDatabaseError(error);
  } finally {
    client.release(broken);
  }
}
