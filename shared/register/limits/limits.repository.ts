import { type Selectable, sql } from 'kysely';
import type { RegisterSettings } from '#generated/database.ts';
import type { Day } from '#kernel/calendar.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

const COLUMNS = [
  'by_file_percent',
  'by_hand_percent',
  'tenant_id',
  'updated_at',
  'version',
  'withholding',
] as const satisfies readonly (keyof RegisterSettings)[];

export type RegisterSettingsRow = Selectable<RegisterSettings>;
export type NewRegisterSettings = Pick<
  RegisterSettingsRow,
  'by_file_percent' | 'by_hand_percent' | 'withholding'
>;

export function findRegisterSettings(read: TenantRead): Promise<RegisterSettingsRow | undefined> {
  return read.selectFrom('register_settings').select(COLUMNS).executeTakeFirst();
}

/** Version 0 is that of a tenant who has set nothing. Undefined when the tenant's are of another version. */
export function setRegisterSettings(
  tx: TenantTx,
  version: number,
  settings: NewRegisterSettings,
): Promise<RegisterSettingsRow | undefined> {
  if (version === 0)
    return tx
      .insertInto('register_settings')
      .values(settings)
      .onConflict((conflict) => conflict.doNothing())
      .returning(COLUMNS)
      .executeTakeFirst();
  return tx
    .updateTable('register_settings')
    .set({ ...settings, version: version + 1, updated_at: sql<Date>`now()` })
    .where('version', '=', version)
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** The sum of a day, of what a party has moved in a class by one means. */
export interface Tally {
  readonly day: Day;
  readonly securityClass: string;
  readonly means: 'OPENING' | 'HAND' | 'FILE';
  readonly party: string;
}

/** Adds shares to a sum, and returns it. The row stays locked, so that parallel changes see each other. */
export async function addToTally(
  tx: TenantTx,
  { day, securityClass, means, party }: Tally,
  shares: string,
): Promise<string> {
  const { unreviewed } = await tx
    .insertInto('position_tallies')
    .values({ day, security_class: securityClass, means, party, unreviewed: shares })
    .onConflict((conflict) =>
      conflict.constraint('position_tallies_key').doUpdateSet({
        unreviewed: sql<string>`position_tallies.unreviewed + excluded.unreviewed`,
      }),
    )
    .returning('unreviewed')
    .executeTakeFirstOrThrow();
  return unreviewed;
}

/** Takes shares from a sum again: they don't count, or a second person will look at them. */
export async function takeFromTally(
  tx: TenantTx,
  { day, securityClass, means, party }: Tally,
  shares: string,
): Promise<void> {
  await tx
    .updateTable('position_tallies')
    .set({ unreviewed: sql<string>`unreviewed - ${shares}::numeric` })
    .where('day', '=', day)
    .where('security_class', '=', securityClass)
    .where('means', '=', means)
    .where('party', '=', party)
    .execute();
}

/** Tells whether no class has shares. */
export async function isWithoutShares(tx: TenantTx): Promise<boolean> {
  const { rows } = await sql<{ isEmpty: boolean }>`
    select coalesce(sum(delta), 0) = 0 as "isEmpty" from issuance_entries`.execute(tx);
  return rows[0]?.isEmpty === true;
}

/** Compares a sum of a party's day with what is issued of its class, and of the others. */
export async function compareWithIssued(
  tx: TenantTx,
  { day, party, securityClass }: Pick<Tally, 'day' | 'party' | 'securityClass'>,
  { sum, percent, shares }: { readonly sum: string; readonly percent: string; readonly shares: string },
): Promise<{
  /** No class has shares. */
  readonly isEmpty: boolean;
  /** Everything that is issued, of whichever class, are first positions that the party has entered on the day. */
  readonly isAllOfIt: boolean;
  readonly exceeds: boolean;
}> {
  const { rows } = await sql<{ isEmpty: boolean; isAllOfIt: boolean; exceeds: boolean }>`
    select issued = 0 and others = 0 as "isEmpty",
      issued = ${sum}::numeric - ${shares}::numeric and others = opened as "isAllOfIt",
      ${sum}::numeric * 100 > issued * ${percent}::numeric as exceeds
    from (
      select coalesce(sum(delta) filter (where security_class = ${securityClass}), 0) as issued,
        coalesce(sum(delta) filter (where security_class <> ${securityClass}), 0) as others
      from issuance_entries
    ) as i, (
      select coalesce(sum(unreviewed), 0) as opened from position_tallies
      where day = ${day} and party = ${party} and means = 'OPENING' and security_class <> ${securityClass}
    ) as t`.execute(tx);
  return rows[0] as { isEmpty: boolean; isAllOfIt: boolean; exceeds: boolean };
}
