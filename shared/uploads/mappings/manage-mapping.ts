import { DomainError, invalidField } from '#kernel/domain-error.ts';
import type { TenantType } from '#kernel/roles.ts';
import { asRead, outdated } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { TENANT_TYPES_OF } from '#uploads/upload-kind.ts';
import {
  countMappings,
  deleteMapping,
  findMapping,
  insertMapping,
  type MappingRow,
  type NewMapping,
  setMapping,
} from './mapping.repository.ts';
import { findMappingFault } from './mapping.ts';

/** Far more than the sources that a tenant has. Two requests at once may exceed it by one. */
const MAX_MAPPINGS = 100;

/** @throws DomainError `validation-failed`, `mapping-exists`, `too-many-mappings` */
export async function addMapping(
  tx: TenantTx,
  tenantType: TenantType,
  mapping: NewMapping,
): Promise<MappingRow> {
  if (!TENANT_TYPES_OF[mapping.kind].includes(tenantType))
    throw invalidField('/kind', 'invalid-value', 'is not a kind of file that this tenant uploads');
  refuseFaulty(mapping);
  if ((await countMappings(tx)) >= MAX_MAPPINGS)
    throw new DomainError(
      'too-many-mappings',
      `A tenant has at most ${MAX_MAPPINGS} mappings. Delete one first.`,
    );
  return insertMapping(tx, mapping);
}

/**
 * Replaces a mapping that is still the version that the caller read. Files that were received before are read by the one that was there.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed`, `mapping-exists`
 */
export async function replaceMapping(
  tx: TenantTx,
  id: string,
  version: number,
  mapping: NewMapping,
): Promise<MappingRow> {
  const current = asRead(await findMapping(tx, id), version);
  if (current.kind !== mapping.kind)
    throw invalidField('/kind', 'invalid-value', `is ${current.kind}, and stays; create another mapping`);
  refuseFaulty(mapping);
  const replaced = await setMapping(tx, current, mapping);
  if (replaced === undefined) throw outdated();
  return replaced;
}

/** @throws DomainError `not-found`, `precondition-failed` */
export async function removeMapping(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
): Promise<void> {
  const current = asRead(await findMapping(tx, id), expectedVersion);
  if (!(await deleteMapping(tx, current))) throw outdated();
}

/** @throws DomainError `validation-failed` */
function refuseFaulty({ kind, definition }: NewMapping): void {
  const fault = findMappingFault(kind, definition);
  if (fault !== undefined) throw invalidField(fault.pointer, fault.code, fault.message);
}
