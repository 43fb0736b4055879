import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { DB } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Profile } from './bank-profile.ts';
import type { AchOriginator } from './payment-settings.routes.ts';
import type { StatementAccount } from './statement-account.ts';

const COLUMNS = [
  'ach_originator',
  'approve_above',
  'bank_profile',
  'channel',
  'cooling_off_hours',
  'offset_number_sealed',
  'statement_account',
  'statement_number_sealed',
  'tenant_id',
  'updated_at',
  'version',
] as const satisfies readonly (keyof DB['payment_settings'])[];

export type Originator = z.infer<typeof AchOriginator>;
export type SettingsRow = Selectable<DB['payment_settings']>;

export function findSettings(read: TenantRead): Promise<SettingsRow | undefined> {
  return read.selectFrom('payment_settings').select(COLUMNS).executeTakeFirst();
}

export interface NewSettings {
  readonly channel: SettingsRow['channel'];
  /** Minor units by currency. */
  readonly approve_above: Readonly<Record<string, string>>;
  readonly ach_originator: Originator | null;
  readonly cooling_off_hours: number | null;
  /** Null or absent: as for a bank that asks for nothing. */
  readonly bank_profile?: Profile | null;
  readonly offset_number_sealed?: string | null;
  readonly statement_account?: StatementAccount | null;
  readonly statement_number_sealed?: string | null;
}

/** Version 0 is that of a tenant who has set nothing. Undefined when the tenant's are of another version. */
export function setSettings(
  tx: TenantTx,
  version: number,
  settings: NewSettings,
): Promise<SettingsRow | undefined> {
  const { channel, approve_above, ach_originator, cooling_off_hours } = settings;
  const { bank_profile = null, offset_number_sealed = null } = settings;
  const { statement_account = null, statement_number_sealed = null } = settings;
  const values = {
    channel,
    cooling_off_hours,
    offset_number_sealed,
    statement_number_sealed,
    statement_account: statement_account === null ? null : JSON.stringify(statement_account),
    bank_profile: bank_profile === null ? null : JSON.stringify(bank_profile),
    approve_above: JSON.stringify(approve_above),
    ach_originator: ach_originator === null ? null : JSON.stringify(ach_originator),
  };
  if (version === 0)
    return tx
      .insertInto('payment_settings')
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .returning(COLUMNS)
      .executeTakeFirst();
  return tx
    .updateTable('payment_settings')
    .set({ ...values, version: version + 1, updated_at: sql<Date>`now()` })
    .where('version', '=', version)
    .returning(COLUMNS)
    .executeTakeFirst();
}
