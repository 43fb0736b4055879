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
  findSettings,
  type NewSettings,
  type SettingsRow,
  setSettings,
} from './payment-settings.repository.ts';
import { loosens, toPaymentSettings } from './shown-settings.ts';

/** The settings as a change request keeps them. */
interface Proposed {
  readonly version: number;
  readonly settings: NewSettings;
}

/**
 * Changes how the tenant pays: at once where that tightens, and else when a second person has approved it.
 * @throws DomainError `precondition-failed`, `change-pending`
 */
export async function changeSettings(
  tx: TenantTx,
  version: number,
  settings: NewSettings,
  proposer: Proposer,
): Promise<SettingsRow | Waiting> {
  const current = await findSettings(tx);
  await changed((current?.version ?? 0) === version ? true : undefined, async () => true);
  return proposeChange(
    tx,
    {
      kind: 'payment-settings',
      isControlled: loosens(current, settings),
      subject: { type: 'settings', id: 'payments' },
      before: shown(toPaymentSettings(current)),
      after: shown(toPaymentSettings(settings)),
      proposal: { version, settings } satisfies Proposed,
    },
    proposer,
    async (permit) => changed(await applySettings(tx, version, settings, permit), async () => true),
  );
}

/** The version and its time are no part of the change. */
function shown({ version: _, updated_at: __, ...settings }: ReturnType<typeof toPaymentSettings>) {
  return settings;
}

/** Writes the settings, with leave of the room of approvals. */
function applySettings(
  tx: TenantTx,
  version: number,
  settings: NewSettings,
  _permit: Permit,
): Promise<SettingsRow | undefined> {
  return setSettings(tx, version, settings);
}

export const settingsEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    const { version, settings } = proposal as Proposed;
    stillThere(await applySettings(tx, version, settings, permit));
    return undefined;
  },
};
