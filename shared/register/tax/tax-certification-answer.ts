import type { z } from 'zod';
import type { Day } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import type { TaxCertificationRow } from './tax-certification.repository.ts';
import type { TaxCertification } from './tax-certifications.routes.ts';

/** @param row undefined: nothing is known of the holder */
export function toTaxCertification(
  shareholder_id: string,
  row: Partial<TaxCertificationRow> | undefined,
  today: Day,
): z.infer<typeof TaxCertification> {
  const { certification = 'NONE', signed_on = null, expires_on = null, treaty_country = null } = row ?? {};
  const { treaty_rate = null, exempt_payee = false, backup_withholding = false } = row ?? {};
  const { tax_id_type = null, tax_id_last4 = null } = row ?? {};
  return {
    shareholder_id,
    tax_id: tax_id_type === null ? null : { type: tax_id_type, last4: tax_id_last4 ?? '' },
    ...{ certification, signed_on, expires_on, treaty_country },
    treaty_rate: treaty_rate === null ? null : canonicalDecimal(treaty_rate),
    ...{ exempt_payee, backup_withholding },
    standing:
      certification === 'NONE' ? 'NONE' : expires_on !== null && expires_on < today ? 'EXPIRED' : 'VALID',
    version: row?.version ?? 0,
    updated_at: row?.updated_at?.toISOString() ?? null,
  };
}
