import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import type { scheduleDividend } from './dividends.routes.ts';

/**
 * Holds the terms of a dividend to the tenant's calendar and classes; answers today there, and the day of declaration.
 * @throws DomainError `validation-failed`
 */
export async function settleDays(
  read: TenantRead,
  terms: z.output<typeof scheduleDividend.body>,
): Promise<{ today: string; declaration_date: string }> {
  const today = await todayOf(read);
  const declaration_date = terms.declaration_date ?? today;
  if (declaration_date > today)
    throw invalidField(
      '/declaration_date',
      'future-date',
      `must not be after ${today}, today in the tenant’s time zone`,
    );
  if (terms.record_date < declaration_date)
    throw invalidField(
      '/record_date',
      'before-declaration',
      `must not be before ${declaration_date}, when it is declared`,
    );
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { requireDeclaredClass } = await import('#register/classes/declared-class.ts');
  await requireDeclaredClass(read, terms.security_class);
  return { today, declaration_date };
}
