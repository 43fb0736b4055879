import { DomainError } from '#kernel/domain-error.ts';
import { MAX_SECURITY_CLASSES } from '#kernel/fields.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type ClassFields,
  insertClass,
  lockClassCount,
  type SecurityClassRow,
} from './security-class.repository.ts';

/** @throws DomainError `security-class-exists`, `too-many-security-classes` */
export async function declareClass(
  tx: TenantTx,
  declared: ClassFields & Pick<SecurityClassRow, 'code' | 'name' | 'kind'>,
): Promise<SecurityClassRow> {
  if ((await lockClassCount(tx)) >= MAX_SECURITY_CLASSES)
    throw new DomainError(
      'too-many-security-classes',
      `A tenant declares at most ${MAX_SECURITY_CLASSES} classes.`,
    );
  return insertClass(tx, declared);
}
