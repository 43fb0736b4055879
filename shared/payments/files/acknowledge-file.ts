import { DomainError } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type BankFileRow, findFile } from './bank-file.repository.ts';
import { setClosed } from './inbound-file.repository.ts';
import { setAcknowledged } from './outbound-file.repository.ts';

/**
 * Says that the bank has an outbound file, or that people have dealt with what is open in an inbound one. From then on the file no longer
 * keeps payments from being settled by silence.
 * @throws DomainError `not-found`, `precondition-failed`, `bank-file-not-open`
 */
export async function acknowledgeFile(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
  actorId: string,
): Promise<BankFileRow> {
  const file = asRead(await findFile(tx, id), expectedVersion);
  if (file.rejected_at !== null) throw new DomainError('bank-file-not-open', 'The bank has not taken it.');
  const acknowledge = file.direction === 'outbound' ? setAcknowledged : setClosed;
  if (!(await acknowledge(tx, id, actorId)))
    throw new DomainError(
      'bank-file-not-open',
      file.acknowledged_at === null
        ? 'Nothing of it is open: it is not written yet, or all of it is applied.'
        : 'It was acknowledged before.',
    );
  return found(await findFile(tx, id));
}
