import { type Selectable, sql } from 'kysely';
import type { SignInSettings } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

const COLUMNS = [
  'break_glass_user_id',
  'second_factor_demanded',
  'sso_required',
  'updated_at',
  'version',
] as const satisfies readonly (keyof SignInSettings)[];

export type SettingsRow = Pick<Selectable<SignInSettings>, (typeof COLUMNS)[number]>;
export type NewSettings = Pick<
  SettingsRow,
  'break_glass_user_id' | 'second_factor_demanded' | 'sso_required'
>;

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
