import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import {
  type Permit,
  type Proposer,
  proposeChange,
  stillThere,
  type Waiting,
} from '#approvals/propose-change.ts';
import { changed } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  findRegisterSettings,
  type NewRegisterSettings,
  type RegisterSettingsRow,
  setRegisterSettings,
} from './limits.repository.ts';
import { positionLimits } from './position-limits.ts';
import type { RegisterSettings } from './register-settings.routes.ts';

/** The settings as a change request keeps them. */
interface Proposed {
  readonly version: number;
  readonly settings: NewRegisterSettings;
}

export function toRegisterSettings(
  row: (NewRegisterSettings & Partial<RegisterSettingsRow>) | undefined,
): z.infer<typeof RegisterSettings> {
  return { ...shown(row), version: row?.version ?? 0, updated_at: row?.updated_at?.toISOString() ?? null };
}

function shown(settings: NewRegisterSettings | undefined) {
  const { byHandPercent, byFilePercent } = positionLimits(settings);
  return { by_hand_percent: byHandPercent, by_file_percent: byFilePercent };
}

/** Tells whether limits let something pass that the current ones would stop. */
function loosens(current: NewRegisterSettings | undefined, next: NewRegisterSettings): boolean {
  const [before, after] = [positionLimits(current), positionLimits(next)];
  return (
    Number(after.byHandPercent) > Number(before.byHandPercent) ||
    Number(after.byFilePercent) > Number(before.byFilePercent)
  );
}

/**
 * Changes the limits of the register: at once where that tightens, and else when a second person has approved it.
 * @throws DomainError `precondition-failed`, `change-pending`
 */
export async function changeLimits(
  tx: TenantTx,
  version: number,
  settings: NewRegisterSettings,
  proposer: Proposer,
): Promise<RegisterSettingsRow | Waiting> {
  const current = await findRegisterSettings(tx);
  await changed((current?.version ?? 0) === version ? true : undefined, async () => true);
  return proposeChange(
    tx,
    {
      kind: 'register-settings',
      isControlled: loosens(current, settings),
      subject: { type: 'settings', id: 'register' },
      before: shown(current),
      after: shown(settings),
      proposal: { version, settings } satisfies Proposed,
    },
    proposer,
    async (permit) => changed(await applyLimits(tx, version, settings, permit), async () => true),
  );
}

/** Writes the settings, with leave of the room of approvals. */
function applyLimits(
  tx: TenantTx,
  version: number,
  settings: NewRegisterSettings,
  _permit: Permit,
): Promise<RegisterSettingsRow | undefined> {
  return setRegisterSettings(tx, version, settings);
}

export const registerSettingsEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    const { version, settings } = proposal as Proposed;
    stillThere(await applyLimits(tx, version, settings, permit));
    return undefined;
  },
};
