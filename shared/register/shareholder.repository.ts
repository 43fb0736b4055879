import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Permit } from '#approvals/permit.ts';
import { linkTo } from '#contracts/links.ts';
import type { Shareholders } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { shownOfCheck } from '#kernel/kyc-check.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { HolderKind } from './holder-fields.ts';
import type { PostalAddress } from './holder-identity.ts';
import type { Frozen } from './load-positions.ts';
import type { ChangedShareholder, Shareholder } from './shareholders.routes.ts';

const COLUMNS = [
  'address',
  'created_at',
  'created_by',
  'email',
  'external_ref',
  'family_name',
  'given_name',
  'holdings',
  'id',
  'identified_by',
  'kind',
  'kyc_effective_date',
  'kyc_reason',
  'kyc_status',
  'name',
  'phone',
  'position_change_id',
  'postal_address',
  'purged_at',
  'status',
  'tenant_id',
  'updated_at',
  'version',
] as const satisfies readonly (keyof Shareholders)[];

/** Whether the shares are the issuer's own. */
const treasury = sql<boolean>`is_treasury(id)`.as('treasury');
export const SHOWN = [...COLUMNS, treasury] as const;

export type ShareholderRow = Omit<
  Selectable<Shareholders>,
  'kind' | 'kyc_changed_at' | 'name_key' | 'postal_address'
> & {
  readonly kind: HolderKind | null;
  readonly postal_address: PostalAddress | null;
  readonly treasury: boolean;
};

export function toShareholder(row: ShareholderRow): z.infer<typeof Shareholder> {
  const { id, tenant_id, external_ref, name, kind, given_name, family_name, version } = row;
  const { email, phone, address, postal_address } = row;
  return {
    id,
    tenant_id,
    external_ref,
    name,
    kind,
    given_name,
    family_name,
    contact: { email, phone, address, postal_address: inOrder(postal_address) },
    holdings: canonicalDecimal(row.holdings),
    treasury: row.treasury,
    kyc_status: row.kyc_status,
    ...shownOfCheck(row),
    status: row.status,
    version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
    links: linksOf(id),
  };
}

/** The database keeps the members of an object in an order of its own. */
function inOrder(postal: PostalAddress | null): PostalAddressOut {
  if (postal === null) return null;
  const { lines, city, region, postal_code, country } = postal;
  return { lines: [...lines], city, region, postal_code, country };
}

/** Returns the answer to the request that entered or changed a holder. */
export function toChangedShareholder({
  too_late_for,
  ...row
}: ShareholderRow & { readonly too_late_for: readonly Frozen[] }): z.infer<typeof ChangedShareholder> {
  return { ...toShareholder(row), too_late_for: [...too_late_for] };
}

/** Returns where the rest of a holder's data can be read. */
function linksOf(id: string): z.infer<typeof Shareholder>['links'] {
  const part = (name: string) => linkTo({ path: `/shareholders/{id}/${name}` }, { id });
  return {
    positions: part('positions'),
    dividends: part('dividends'),
    votes: part('votes'),
    bank_accounts: part('bank-accounts'),
  };
}

type PostalAddressOut = z.infer<typeof Shareholder>['contact']['postal_address'];

export interface ContactFields {
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly address?: string | null | undefined;
  readonly postal_address?: PostalAddress | null | undefined;
}

/** The parts of a name, and whose they are. */
export interface NameParts {
  readonly kind?: HolderKind | null | undefined;
  readonly given_name?: string | null | undefined;
  readonly family_name?: string | null | undefined;
}

function stored<Fields extends ContactFields>({ postal_address, ...fields }: Fields) {
  return postal_address === undefined
    ? fields
    : { ...fields, postal_address: postal_address === null ? null : JSON.stringify(postal_address) };
}

/** Holdings other than zero need the id of `recordPositionChange`, and are entered in the ledger as it says. */
export function insertShareholder(
  tx: TenantTx,
  shareholder: ContactFields &
    NameParts & {
      readonly id?: string;
      readonly external_ref: string;
      readonly name: string;
      readonly holdings?: string | undefined;
      readonly position_change_id?: bigint | undefined;
      /** The user who says who the holder is. */
      readonly identified_by: string;
    },
): Promise<ShareholderRow> {
  return tx
    .insertInto('shareholders')
    .values(stored(shareholder))
    .returning(SHOWN)
    .$castTo<ShareholderRow>()
    .executeTakeFirstOrThrow();
}

export async function existsReference(tx: TenantTx, externalRef: string): Promise<boolean> {
  const holder = await tx
    .selectFrom('shareholders')
    .select('id')
    .where('external_ref', '=', externalRef)
    .executeTakeFirst();
  return holder !== undefined;
}

export function findShareholder(read: TenantRead, id: string): Promise<ShareholderRow | undefined> {
  return read
    .selectFrom('shareholders')
    .select(SHOWN)
    .where('id', '=', id)
    .$castTo<ShareholderRow>()
    .executeTakeFirst();
}

/** Holds the row until the transaction ends: its version and position can't change between a check and a write. */
export function lockShareholder(tx: TenantTx, id: string): Promise<ShareholderRow | undefined> {
  return tx
    .selectFrom('shareholders')
    .select(SHOWN)
    .where('id', '=', id)
    .forUpdate()
    .$castTo<ShareholderRow>()
    .executeTakeFirst();
}

/** Always in the order of ids, so that two transfers between the same holders can't wait for each other. */
export function lockShareholders(tx: TenantTx, ids: readonly string[]): Promise<ShareholderRow[]> {
  return tx
    .selectFrom('shareholders')
    .select(SHOWN)
    .where('id', 'in', [...ids])
    .orderBy('id')
    .forUpdate()
    .$castTo<ShareholderRow>()
    .execute();
}

export interface ShareholderChange extends ContactFields, NameParts {
  readonly name?: string | undefined;
  /** The total over all classes. */
  readonly holdings?: string | undefined;
  readonly kyc_status?: ShareholderRow['kyc_status'] | undefined;
  readonly kyc_reason?: string | null;
  readonly kyc_effective_date?: string | null;
  readonly status?: ShareholderRow['status'] | undefined;
}

/**
 * Says from a day on whether a holder's shares are the issuer's own, which decides who is paid. It is done before the row is changed, so that the
 * answer has it.
 */
export async function insertTreasuryEntry(
  tx: TenantTx,
  { shareholder_id, treasury, effective_date }: TreasuryEntry,
  _permit: Permit,
): Promise<void> {
  await tx
    .insertInto('treasury_entries')
    .values({ shareholder_id, treasury, effective_date: effective_date ?? sql<string>`today()` })
    .execute();
}

interface TreasuryEntry {
  readonly shareholder_id: string;
  readonly treasury: boolean;
  /** @default the tenant's today */
  readonly effective_date?: string | undefined;
}

/**
 * Changes a holder whom the transaction has locked. Holdings need the id of `recordPositionChange`, and their difference is
 * entered in the ledger as it says.
 * @throws DomainError `insufficient-position` when the position of that class would be negative on any day
 */
export function setShareholder(
  tx: TenantTx,
  id: string,
  change: ShareholderChange & { readonly position_change_id?: bigint; readonly identified_by?: string },
): Promise<ShareholderRow> {
  return tx
    .updateTable('shareholders')
    .set((eb) => ({ ...stored(change), version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .returning(SHOWN)
    .$castTo<ShareholderRow>()
    .executeTakeFirstOrThrow();
}
