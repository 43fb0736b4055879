import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { accountNumberLast4 } from '#payments/nacha/account-number.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import {
  type BankAccountRow,
  findNewestActive,
  insertBankAccount,
  type Payee,
  setBankAccount,
} from './bank-account.repository.ts';
import type { createShareholderBankAccount } from './bank-accounts.routes.ts';
import { numberPlace } from './number-place.ts';
import { findPayee } from './payee.ts';
import { termsOfUse } from './terms-of-use.ts';

/**
 * Adds an account of a payee who exists. It waits for a second person; until then payments go into the one before.
 * @throws DomainError `not-found`, `shareholder-closed`
 */
export async function addBankAccount(
  tx: TenantTx,
  payee: Payee,
  body: z.output<(typeof createShareholderBankAccount)['body']>,
  sealer: Sealer,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  const { account_number, ...account } = body;
  if (found(await findPayee(tx, payee)).isClosed)
    throw new DomainError('shareholder-closed', 'A closed shareholder cannot be changed.');
  const id = uuidV7();
  const current = await findNewestActive(tx, payee);
  const added = await insertBankAccount(tx, {
    ...account,
    ...payee,
    id,
    account_number_sealed: sealer.seal(account_number, numberPlace(id)),
    account_last4: accountNumberLast4(account_number),
  });
  return requestChange(
    tx,
    {
      kind: 'bank-account',
      subject: { type: 'bank-accounts', id },
      before: current === undefined ? null : shown(current),
      after: { ...payee, ...shown(added) },
      proposal: {},
    },
    proposer,
  );
}

function shown({ routing_number, account_last4, account_type, holder_name }: BankAccountRow) {
  return { routing_number, account_last4, account_type, holder_name };
}

/** An approved account cools off before it is used; one that was refused is never used. */
export const bankAccountEffects: ChangeEffects = {
  approved: async (tx, { subject_id }) => {
    await setBankAccount(tx, subject_id, { approval: 'APPROVED', ...(await termsOfUse(tx)) });
    return undefined;
  },
  refused: async (tx, { subject_id }) => {
    await setBankAccount(tx, subject_id, { approval: 'DENIED', status: 'REVOKED', status_reason: 'DENIED' });
    return undefined;
  },
};
