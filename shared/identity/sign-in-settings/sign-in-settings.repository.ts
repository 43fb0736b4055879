import { type Selectable, sql } from 'kysely';
import type { SignInSettings } from '#generated/database.ts';
import { plainAddress } from '#kernel/source-network.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

const COLUMNS = [
  'break_glass_user_id',
  'networks',
  'second_factor_demanded',
  'session_hours',
  'session_idle_minutes',
  'sso_required',
  'updated_at',
  'version',
] as const satisfies readonly (keyof SignInSettings)[];

export type SettingsRow = Pick<Selectable<SignInSettings>, (typeof COLUMNS)[number]>;
export type NewSettings = Omit<SettingsRow, 'updated_at' | 'version'>;

export function findSettings(read: TenantRead): Promise<SettingsRow | undefined> {
  return read.selectFrom('sign_in_settings').select(COLUMNS).executeTakeFirst();
}

/** Version 0 is that of a tenant who has set nothing. Undefined when the tenant's are of another version. */
export function setSettings(
  tx: TenantTx,
  version: number,
  settings: NewSettings,
): Promise<SettingsRow | undefined> {
  if (version === 0)
    return tx
      .insertInto('sign_in_settings')
      .values(settings)
      .onConflict((conflict) => conflict.doNothing())
      .returning(COLUMNS)
      .executeTakeFirst();
  return tx
    .updateTable('sign_in_settings')
    .set({ ...settings, version: version + 1, updated_at: sql<Date>`now()` })
    .where('version', '=', version)
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Ends the sessions that passwords have begun, except one user's. */
export async function endPasswordSessions(tx: TenantTx, exceptUserId: string): Promise<void> {
  await sql`update refresh_tokens t set revoked_at = now()
    where t.revoked_at is null and t.user_id <> ${exceptUserId}
      and not exists (select from federated_sessions f where f.tenant_id = t.tenant_id and f.family_id = t.family_id)`.execute(
    tx,
  );
}

/** Tells whether an address is in one of some networks, as it is asked of each request. */
export async function isAddressInside(
  read: TenantRead,
  networks: readonly string[],
  address: string,
): Promise<boolean> {
  const { rows } = await sql<{
    inside: boolean;
  }>`select is_inside(${[...networks]}::text[], ${plainAddress(address)}) as inside`.execute(read);
  return rows[0]?.inside === true;
}

/** Lets people come from anywhere. */
export async function setNoNetworks(tx: TenantTx): Promise<void> {
  await tx
    .updateTable('sign_in_settings')
    .set((eb) => ({ networks: null, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('networks', 'is not', null)
    .execute();
}
