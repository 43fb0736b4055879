import { hashPassword, unusableHash } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { refuseOthersPassword } from '#identity/sign-in/refuse-others-password.ts';
import type { TenantId } from '#kernel/ids.ts';
import { type PreparedLink, prepareInvitation } from './prepare-link.ts';

interface NewUser {
  readonly email: string;
  readonly role: string;
  readonly password?: string | undefined;
}

interface Tenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
}

/** A new user gets in by a link, or by the password that they were given. */
export interface WayIn {
  readonly password_hash: string;
  readonly invitation: PreparedLink | undefined;
  /** The link itself, for whoever may see it. */
  readonly url: string | undefined;
}

/**
 * Prepares the way in of a new user, outside any transaction.
 * @param pointer where the request names the password
 * @throws DomainError `validation-failed`
 */
export async function prepareWayIn(
  { email, role, password }: NewUser,
  { id, slug, name }: Tenant,
  pointer = '/password',
): Promise<WayIn> {
  refuseOthersPassword(password, pointer);
  if (password === undefined) {
    const { link, url } = await prepareInvitation({ email, role }, { id, name });
    return { password_hash: unusableHash(), invitation: link, url };
  }
  await refuseGuessable(password, { email, tenant: [slug, name] }, pointer);
  return { password_hash: await hashPassword(password), invitation: undefined, url: undefined };
}
