import type { TenantId, UserId } from '#kernel/ids.ts';
import type { KeyRole, TenantType } from '#kernel/roles.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { appPool } from '#platform/db/pool.ts';
import { hashOfSecret, isKeySecret } from './key-secret.ts';

/** An API key as a request with its secret may know it. */
export interface LiveKey {
  readonly id: UserId;
  readonly secret_id: string;
  readonly tenant_id: TenantId;
  readonly tenant_type: TenantType;
  readonly role: KeyRole;
  readonly routes: string[] | null;
  readonly networks: string[] | null;
  readonly expires_at: Date;
}

/** Finds the key of a secret if it lets in, outside any tenant's context, and notes that it is used. */
export async function findLiveKey(secret: string, address: string): Promise<LiveKey | undefined> {
  if (!isKeySecret(secret)) return undefined;
  try {
    const { rows } = await appPool().query<LiveKey>(
      'select tenant_id, tenant_type, id, secret_id, role, routes, networks, expires_at from use_api_key($1, $2)',
      [hashOfSecret(secret), address],
    );
    return rows[0];
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

/** Returns the bounds that every request of a key is checked against. */
export function boundsOf({ routes, networks }: Pick<LiveKey, 'routes' | 'networks'>) {
  return { routes: routes ?? undefined, networks: networks ?? undefined };
}
