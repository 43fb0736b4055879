import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import {
  type Permit,
  type Proposer,
  proposeChange,
  stillThere,
  type Waiting,
} from '#approvals/propose-change.ts';
import type { Day } from '#kernel/calendar.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import type { Sealer } from '#platform/sealing.ts';
import { lockShareholder, type ShareholderRow, setShareholder } from '#register/shareholder.repository.ts';
import { refuseClosed } from '#register/standing.ts';
import {
  findTaxCertification,
  lowersWithholding,
  type NewTaxCertification,
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
  readonly proposer: Proposer;
  readonly sealer: Sealer;
}

/** A form that waits, as its change request keeps it: its number is sealed. */
interface Proposed {
  /** The version of what was read. */
  readonly version: number;
  readonly certification: NewTaxCertification;
}

/**
 * Sets what is known of a holder's tax id and form; once a second person approves it, where less would be withheld by it. A holder who was verified
 * with another number is verified no more, also when the number is only taken away: the next one would else be the first.
 * @param version of what was read; 0 where nothing was known
 * @throws DomainError `not-found`, `shareholder-closed`, `precondition-failed`, `validation-failed`, `change-pending`
 */
export async function proposeCertification(
  tx: TenantTx,
  shareholderId: string,
  version: number,
  { tax_id: sent, ...said }: z.output<(typeof setTaxCertification)['body']>,
  { proposer, sealer }: By,
): Promise<z.infer<typeof TaxCertification> | Waiting> {
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
  const certification = {
    ...{ shareholder_id: holder.id, ...form },
    expires_on: expiryOf(form.certification, form.signed_on),
    ...(isOther ? stored(taxId, holder.id, sealer) : {}),
  };
  const next = { ...certification, tax_id_type: taxId?.type ?? null };
  const tax_id_last4 = taxId === undefined ? null : taxIdLast4(taxId.number);
  return proposeChange(
    tx,
    {
      kind: 'tax-certification',
      isControlled: await lowersWithholding(tx, current, next),
      subject: { type: 'tax-certifications', id: holder.id },
      before: shown(holder.id, current, today),
      after: shown(holder.id, { ...next, tax_id_last4 }, today),
      proposal: { version, certification } satisfies Proposed,
    },
    proposer,
    async (permit) =>
      toTaxCertification(holder.id, await certify(tx, holder, current, certification, permit), today),
  );
}

export const certificationEffects: ChangeEffects = {
  approved: async (tx, { subject_id, proposal }, permit) => {
    const { version, certification } = proposal as Proposed;
    const holder = found(await lockShareholder(tx, subject_id));
    const current = await findTaxCertification(tx, holder.id);
    if ((current?.version ?? 0) !== version) stillThere(undefined);
    refuseClosed(holder);
    await certify(tx, holder, current, certification, permit);
    return undefined;
  },
};

/** Returns what a second person compares. The version and the instant say nothing of a form. */
function shown(holder: string, form: Partial<TaxCertificationRow> | undefined, today: Day) {
  const { version: _, updated_at: __, ...rest } = toTaxCertification(holder, form, today);
  return rest;
}

async function certify(
  tx: TenantTx,
  holder: Pick<ShareholderRow, 'id' | 'kyc_status'>,
  current: TaxCertificationRow | undefined,
  certification: NewTaxCertification,
  { madeBy }: Permit,
): Promise<TaxCertificationRow> {
  const row = await upsertTaxCertification(tx, certification);
  if (certification.tax_id_sealed !== undefined)
    await setShareholder(tx, holder.id, {
      identified_by: madeBy,
      ...(current?.tax_id_type != null && holder.kyc_status === 'VERIFIED' ? { kyc_status: 'PENDING' } : {}),
    });
  return row;
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
