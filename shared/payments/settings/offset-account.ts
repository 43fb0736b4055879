import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import { accountNumberLast4 } from '#payments/nacha/account-number.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { type Profile, profileOf } from './bank-profile.ts';
import { offsetPlace } from './offset-place.ts';
import { findSettings } from './payment-settings.repository.ts';
import type { setPaymentSettings } from './payment-settings.routes.ts';

type EnteredProfile = NonNullable<z.output<(typeof setPaymentSettings)['body']>['bank_profile']>;

/** A profile as it is kept: the number of the account stands beside it, sealed. */
export interface KeptProfile {
  readonly bank_profile: Profile | null;
  readonly offset_number_sealed: string | null;
}

/**
 * Seals the number of the offset account. One that is left out, or the same again, stays as it is sealed.
 * @throws DomainError `validation-failed` where a number is left out and none is set
 */
export async function keptProfile(
  tx: TenantTx,
  tenantId: string,
  entered: EnteredProfile | undefined,
  sealer: Sealer | undefined,
): Promise<KeptProfile> {
  if (entered === undefined) return { bank_profile: null, offset_number_sealed: null };
  const { offset_account: account, ...profile } = entered;
  if (account === null)
    return { bank_profile: { ...profile, offset_account: null }, offset_number_sealed: null };
  const current = await findSettings(tx);
  const last4 = profileOf(current).offset_account?.account_last4;
  const sealed = current?.offset_number_sealed ?? undefined;
  const { account_number, ...shown } = account;
  const kept = (account_last4: string, offset_number_sealed: string): KeptProfile => ({
    bank_profile: { ...profile, offset_account: { ...shown, account_last4 } },
    offset_number_sealed,
  });
  if (account_number === undefined || sealer === undefined) {
    if (last4 !== undefined && sealed !== undefined) return kept(last4, sealed);
    throw invalidField('/bank_profile/offset_account/account_number', 'required', 'is required');
  }
  const place = offsetPlace(tenantId);
  const isSame = sealed !== undefined && sealer.open(sealed, place) === account_number;
  return kept(accountNumberLast4(account_number), isSame ? sealed : sealer.seal(account_number, place));
}
