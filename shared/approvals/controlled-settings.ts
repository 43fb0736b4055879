import { outdated } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { ChangeEffects } from './decide-change.ts';
import type { Proposal, Proposer } from './proposal.ts';
import { type Permit, proposeChange, stillThere, type Waiting } from './propose-change.ts';

/** Settings of which a tenant has one row, or none and the defaults: version 0. */
export interface ControlledSettings<New, Row extends { readonly version: number }> {
  readonly kind: Proposal['kind'];
  /** The last part of their path: `payments` of `/settings/payments`. */
  readonly name: string;
  find(tx: TenantTx): Promise<Row | undefined>;
  /** Writes the settings, with leave of this room. Undefined when the tenant's are of another version. */
  write(tx: TenantTx, version: number, settings: New, permit: Permit): Promise<Row | undefined>;
  /** The second person is shown this; undefined stands for the defaults. */
  shown(settings: Row | New | undefined): Record<string, unknown>;
  /** Tells whether settings let something pass that the current ones would stop. */
  loosens(current: Row | undefined, next: New): boolean;
}

interface Proposed<New> {
  readonly version: number;
  readonly settings: New;
}

/** @throws DomainError `precondition-failed` */
function requireVersion(current: { readonly version: number } | undefined, version: number): void {
  if ((current?.version ?? 0) !== version) throw outdated();
}

/**
 * Changes settings: at once where that tightens, and else when a second person has approved it.
 * @throws DomainError `precondition-failed`, `change-pending`
 */
export async function changeControlled<New, Row extends { readonly version: number }>(
  of: ControlledSettings<New, Row>,
  tx: TenantTx,
  version: number,
  settings: New,
  proposer: Proposer,
): Promise<Row | Waiting> {
  const current = await of.find(tx);
  requireVersion(current, version);
  return proposeChange(
    tx,
    {
      kind: of.kind,
      isControlled: of.loosens(current, settings),
      subject: { type: 'settings', id: of.name },
      before: of.shown(current),
      after: of.shown(settings),
      proposal: { version, settings } satisfies Proposed<New>,
    },
    proposer,
    async (permit) => {
      const written = await of.write(tx, version, settings, permit);
      if (written === undefined) throw outdated();
      return written;
    },
  );
}

export function effectsOfSettings<New, Row extends { readonly version: number }>(
  of: ControlledSettings<New, Row>,
): ChangeEffects {
  return {
    approved: async (tx, { proposal }, permit) => {
      const { version, settings } = proposal as Proposed<New>;
      stillThere(await of.write(tx, version, settings, permit));
      return undefined;
    },
  };
}
