import * as z from 'zod';
import { dateOut, isoDate, kycStatus, text } from './fields.ts';

/** The outcome of a check of an identity, as a request gives it. What it doesn't say of reason and day is on record no more. */
export const KycCheck = z.strictObject({
  status: kycStatus,
  reason: text(200).optional(),
  /** The day of the check. */
  effective_date: isoDate.optional(),
});
export type KycCheck = z.output<typeof KycCheck>;

/** The fields of an answer that say more of the check than its outcome. They are absent where nobody has said it. */
export const kycOut = {
  kyc_reason: z.string().optional(),
  kyc_effective_date: dateOut.optional(),
};

/** A row that keeps the outcome of a check. */
interface Checked {
  readonly kyc_reason: string | null;
  readonly kyc_effective_date: string | null;
}

/** Returns the columns that keep the outcome of a check. */
export function columnsOfCheck({ status, reason, effective_date }: KycCheck) {
  return { kyc_status: status, kyc_reason: reason ?? null, kyc_effective_date: effective_date ?? null };
}

export function shownOfCheck({ kyc_reason, kyc_effective_date }: Checked) {
  return {
    ...(kyc_reason === null ? {} : { kyc_reason }),
    ...(kyc_effective_date === null ? {} : { kyc_effective_date }),
  };
}
