import type { TenantStanding } from '#identity/sign-in/session.repository.ts';
import type { SessionUser } from '#identity/sign-in/session.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { appPool } from '#platform/db/pool.ts';
import { type TenantTx, tenantStatements } from '#platform/db/tenant-tx.ts';
import type { Passkey } from './passkey.repository.ts';
import type { SignInChallenge } from './sign-in-challenge.ts';

/** A passkey with whose it is. */
export interface PasskeyHolder {
  readonly tenant: TenantStanding;
  readonly user: SessionUser & { readonly status: 'ACTIVE' | 'DISABLED' | 'INVITED' };
  readonly passkey: Pick<Passkey, 'id' | 'name' | 'public_key' | 'sign_count'>;
  /** The tenant requires single sign-on, and the user is not the one who gets in all the same. */
  readonly sso_required: boolean;
}

/** Finds the tenant of a passkey outside any tenant's context, through a database function that returns no more than this. */
export async function findPasskeyTenant(
  credentialId: string,
  userId: string,
): Promise<TenantStanding | undefined> {
  try {
    const { rows } = await appPool().query<TenantStanding>(
      'select id, type, status from find_passkey_tenant($1, $2)',
      [credentialId, userId],
    );
    return rows[0];
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

type HolderRow = SessionUser &
  Pick<PasskeyHolder['user'], 'status'> &
  Pick<PasskeyHolder, 'sso_required'> &
  Pick<Passkey, 'name' | 'public_key' | 'sign_count'> & { readonly passkey_id: string };

/** Gets a passkey, and how its user stands, before anybody has standing. */
export async function getHolder(
  tenant: TenantStanding,
  userId: string,
  credentialId: string,
): Promise<PasskeyHolder | undefined> {
  const [found] = await tenantStatements(tenant.id, [
    {
      text: `select u.id, u.role, u.status, u.employee_id, p.id as passkey_id, p.name, p.public_key, p.sign_count, exists (
          select from sign_in_settings s where s.sso_required and s.break_glass_user_id is distinct from u.id) as sso_required
        from passkeys p join users u on u.tenant_id = p.tenant_id and u.id = p.user_id
        where p.credential_id = $1 and p.user_id = $2`,
      values: [credentialId, userId],
    },
  ]);
  const row = found?.rows[0] as HolderRow | undefined;
  if (row === undefined) return undefined;
  const { id, role, status, employee_id, passkey_id, name, public_key, sign_count, sso_required } = row;
  return {
    tenant,
    user: { id, role, status, employee_id },
    passkey: { id: passkey_id, name, public_key, sign_count },
    sso_required,
  };
}

/** Uses a challenge up, and tells whether nobody has before. Of two racers with one signature one gets in. */
export async function insertUsedChallenge(
  tx: TenantTx,
  { id, expiresAt }: SignInChallenge,
  userId: string,
): Promise<boolean> {
  const used = await tx
    .insertInto('passkey_sign_ins')
    .values({ id, user_id: userId, expires_at: expiresAt })
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst();
  return used !== undefined;
}
