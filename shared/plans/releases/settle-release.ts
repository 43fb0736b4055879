import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, proposeControlled, stillThere, type Waiting } from '#approvals/propose-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { previewReceived, receiveShares } from '#register/receive-shares.ts';
import { refuseEnded } from './end-release.ts';
import { findRelease, setEnded } from './release.repository.ts';
import type { SettlementPreview } from './releases.routes.ts';

interface Settlement {
  readonly id: string;
  readonly version: number;
  readonly security_class: string;
}

interface Asked {
  readonly id: string;
  readonly expectedVersion: number;
  readonly security_class: string | undefined;
}

/**
 * Returns what the register would get by a run.
 * @throws DomainError `not-found`, `precondition-failed`, `release-ended`, `shareholder-closed`, `authorized-shares-exceeded`, `validation-failed`
 */
export async function previewSettlement(
  tx: TenantTx,
  { id, expectedVersion, security_class = DEFAULT_SECURITY_CLASS }: Asked,
): Promise<z.input<typeof SettlementPreview>> {
  const run = asRead(await findRelease(tx, id), expectedVersion);
  refuseEnded(run);
  const received = await previewReceived(tx, id, security_class);
  return { release_id: id, security_class, ...received, version: run.version };
}

/** Proposes to settle a run; a second person of the issuer approves it, and it is done. */
export async function proposeSettlement(tx: TenantTx, asked: Asked, proposer: Proposer): Promise<Waiting> {
  const preview = await previewSettlement(tx, asked);
  const { id, expectedVersion: version } = asked;
  const { security_class } = preview;
  return proposeControlled(
    tx,
    {
      ...{ kind: 'release-settlement', subject: { type: 'releases', id }, before: null, after: preview },
      proposal: { id, version, security_class } satisfies Settlement,
    },
    proposer,
  );
}

export const settlementEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    const { id, version, security_class } = proposal as Settlement;
    const run = await findRelease(tx, id);
    stillThere(run?.version === version ? run : undefined);
    if (!(await setEnded(tx, id, 'SETTLED', { securityClass: security_class })))
      throw new DomainError(
        'release-ended',
        'It has ended meanwhile, the link to its sponsor was revoked, or the sponsor is suspended.',
      );
    await receiveShares(tx, { id, security_class }, permit);
    return undefined;
  },
};
