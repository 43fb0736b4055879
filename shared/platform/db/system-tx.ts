import { asTransaction } from '#platform/outside-call.ts';
import { isUnavailable, translateDatabaseError } from './errors.ts';
import { lastOf, type Queries, queriesBy } from './kysely.ts';
import { pipeline, type Statement } from './pipeline.ts';
import { systemPool } from './pool.ts';
import { setLimits, setTenant } from './tenant-context.ts';

declare const systemBrand: unique symbol;

/** A transaction that sees every tenant. */
export type SystemTx = Queries & { readonly [systemBrand]: true };

const BEGIN = { text: 'begin' } as const;
const NAME = `select set_config('application_name', $1, true)`;

/**
 * Runs `work` as `vestry_system`, across tenants. Its first query carries the statements that open the transaction. Only relays, key rotation and retention need it, and only their
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
    .catch(async (error: unknown) => {
      throw await translateDatabaseError(error);
    });
  let broken: Error | undefined;
  const opening = [
    BEGIN,
    { text: NAME, values: [reason.slice(0, 63)] },
    ...(tenantId === undefined ? setLimits() : [setTenant(tenantId)]),
  ];
  let before: readonly Statement[] = opening;
  const send = async (statement: Statement) => {
    const statements = [...before, statement];
    before = [];
    return lastOf(await pipeline(client, statements));
  };
  try {
    const result = await asTransaction(() => work(queriesBy(send) as SystemTx));
    if (before.length === 0) await client.query('commit');
    return result;
  } catch (error) {
    if (isUnavailable(error)) broken = error as Error;
    else await client.query('rollback').catch((rollbackError: Error) => (broken = rollbackError));
    throw await translateDatabaseError(error);
  } finally {
    client.release(broken);
  }
}
