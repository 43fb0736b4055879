interface Form {
  readonly certification: 'W9' | 'W8BEN' | 'W8BENE' | 'NONE';
  readonly tax_id_type: 'SSN' | 'ITIN' | 'EIN' | 'FOREIGN' | null;
  readonly expires_on: string | null;
  /** Percent. */
  readonly treaty_rate: string | null;
  readonly exempt_payee: boolean;
  readonly backup_withholding: boolean;
}

interface Withholding {
  readonly rule: 'BACKUP' | 'NONRESIDENT' | null;
  /** Hundredths of a percent. */
  readonly rate: bigint;
}

const BACKUP: Withholding = { rule: 'BACKUP', rate: 2400n };
const STATUTORY = 3000n;

/**
 * Returns by which rule, and at which rate, an issuer who withholds does so from what a holder can be paid on a day. What withholds is
 * `withholding_statuses` and `allot_net` (migrations/functions); this is the oracle that a test holds them to.
 * @param form undefined: the holder has certified nothing
 */
export function withholdingOf(form: Form | undefined, paidOn: string): Withholding {
  if (form === undefined) return BACKUP;
  const { certification, tax_id_type, expires_on, treaty_rate, exempt_payee, backup_withholding } = form;
  if (certification === 'W9') return exempt_payee || !backup_withholding ? { rule: null, rate: 0n } : BACKUP;
  if (certification === 'NONE')
    return tax_id_type === 'FOREIGN' ? { rule: 'NONRESIDENT', rate: STATUTORY } : BACKUP;
  const holds = expires_on !== null && expires_on >= paidOn;
  const treaty = treaty_rate === null ? STATUTORY : BigInt(Math.round(Number(treaty_rate) * 100));
  return { rule: 'NONRESIDENT', rate: holds ? treaty : STATUTORY };
}

/** Returns what is withheld from an amount of minor units: rounded half to even. */
export function withheldOf(amount: bigint, { rate }: Withholding): bigint {
  const product = amount * rate;
  const [whole, rest] = [product / 10_000n, (product % 10_000n) * 2n];
  return rest > 10_000n || (rest === 10_000n && whole % 2n === 1n) ? whole + 1n : whole;
}
