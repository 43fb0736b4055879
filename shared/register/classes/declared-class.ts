import { invalidField } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { listClassCodes } from './security-class.repository.ts';

/** The declared classes that a message names at most. */
const NAMED = 20;

/**
 * Refuses a class that the tenant hasn't declared. COMMON is there.
 * @throws DomainError `validation-failed`
 */
export async function requireDeclaredClass(
  read: TenantRead,
  code: string | undefined,
  pointer = '/security_class',
): Promise<void> {
  if (code === undefined || code === DEFAULT_SECURITY_CLASS) return;
  const declared = await listClassCodes(read);
  if (declared.includes(code)) return;
  throw invalidField(pointer, 'unknown-security-class', notDeclared(code, declared));
}

/** Says that a class isn't declared, and which are. */
function notDeclared(code: string, declared: readonly string[]): string {
  const more = declared.length > NAMED ? ` and ${declared.length - NAMED} more` : '';
  return `${code} is not a declared class; declared are ${declared.slice(0, NAMED).join(', ')}${more}`;
}
