import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import type { Sealer } from '#platform/sealing.ts';
import { lockShareholder, setShareholder } from '#register/shareholder.repository.ts';
import { refuseClosed } from '#register/standing.ts';
import {
  findTaxCertification,
  type TaxCertificationRow,
  upsertTaxCertification,
} from './tax-certification.repository.ts';
import { expiryOf, findCertificationFault } from './tax-certification.ts';
import { toTaxCertification } from './tax-certification-answer.ts';
import type { setTaxCertification, TaxCertification } from './tax-certifications.routes.ts';
import { readTaxId, type TaxIdType, taxIdLast4 } from './tax-id.ts';
import { taxIdPlace } from './tax-id-place.ts';

interface TaxId {
  readonly type: TaxIdType;
  readonly number: string;
}

interface By {
  readonly actorId: string;
  readonly sealer: Sealer;
}

/**
 * Sets what is known of a holder's tax id and form. A holder who was verified with another number is verified no more, also when the number is
 * only taken away: the next one would else be the first.
 * @param version of what was read; 0 where nothing was known
 * @throws DomainError `not-found`, `shareholder-closed`, `precondition-failed`, `validation-failed`
 */
export async function certifyTax(
  tx: TenantTx,
  shareholderId: string,
  version: number,
  { tax_id: sent, ...said }: z.output<(typeof setTaxCertification)['body']>,
  { actorId, sealer }: By,
): Promise<z.infer<typeof TaxCertification>> {
  const holder = found(await lockShareholder(tx, shareholderId));
  const current = await findTaxCertification(tx, holder.id);
  asRead(current ?? { version: 0 }, version);
  refuseClosed(holder);
  const before = onRecord(current, sealer);
  const taxId = sent === undefined ? before : read(sent);
  const today = await todayOf(tx);
  const form = {
    ...said,
    // The authority’s word stays, whoever forgets to repeat it.
    backup_withholding: said.backup_withholding ?? current?.backup_withholding ?? false,
  };
  const fault = findCertificationFault(
    { ...form, tax_id_type: taxId?.type ?? null },
    { today, kind: holder.kind },
  );
  if (fault !== undefined) throw invalidField(fault.pointer, fault.code, fault.message);
  const isOther = before?.type !== taxId?.type || before?.number !== taxId?.number;
  const row = await upsertTaxCertification(tx, {
    ...{ shareholder_id: holder.id, ...form },
    expires_on: expiryOf(form.certification, form.signed_on),
    ...(isOther ? stored(taxId, holder.id, sealer) : {}),
  });
  if (isOther)
    await setShareholder(tx, holder.id, {
      identified_by: actorId,
      ...(before !== undefined && holder.kyc_status === 'VERIFIED' ? { kyc_status: 'PENDING' } : {}),
    });
  return toTaxCertification(holder.id, row, today);
}

function onRecord(row: TaxCertificationRow | undefined, sealer: Sealer): TaxId | undefined {
  if (row?.tax_id_type == null || row.tax_id_sealed === null) return undefined;
  return { type: row.tax_id_type, number: sealer.open(row.tax_id_sealed, taxIdPlace(row.shareholder_id)) };
}

/** @throws DomainError `validation-failed`, which doesn't say the number */
function read(sent: TaxId | null): TaxId | undefined {
  if (sent === null) return undefined;
  const found = readTaxId(sent.type, sent.number);
  if ('fault' in found) throw invalidField('/tax_id/number', 'invalid-value', found.fault);
  return { type: sent.type, number: found.number };
}

function stored(taxId: TaxId | undefined, shareholderId: string, sealer: Sealer) {
  if (taxId === undefined) return { tax_id_type: null, tax_id_sealed: null, tax_id_last4: null };
  const { type, number } = taxId;
  return {
    tax_id_type: type,
    tax_id_sealed: sealer.seal(number, taxIdPlace(shareholderId)),
    tax_id_last4: taxIdLast4(number),
  };
}
