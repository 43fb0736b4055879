import type { z } from 'zod';
import {
  type ControlledSettings,
  changeControlled,
  effectsOfSettings,
} from '#approvals/controlled-settings.ts';
import type { Proposer, Waiting } from '#approvals/propose-change.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  findRegisterSettings,
  type NewRegisterSettings,
  type RegisterSettingsRow,
  setRegisterSettings,
} from './limits.repository.ts';
import { positionLimits } from './position-limits.ts';
import type { RegisterSettings } from './register-settings.routes.ts';

const registerSettings: ControlledSettings<NewRegisterSettings, RegisterSettingsRow> = {
  kind: 'register-settings',
  name: 'register',
  find: findRegisterSettings,
  write: (tx, version, settings, _permit) => setRegisterSettings(tx, version, settings),
  shown,
  loosens: (current, next) => {
    const [before, after] = [positionLimits(current), positionLimits(next)];
    return (
      withholdingOf(next) !== withholdingOf(current) ||
      Number(after.byHandPercent) > Number(before.byHandPercent) ||
      Number(after.byFilePercent) > Number(before.byFilePercent)
    );
  },
};

export function toRegisterSettings(
  row: (NewRegisterSettings & Partial<RegisterSettingsRow>) | undefined,
): z.infer<typeof RegisterSettings> {
  return { ...shown(row), version: row?.version ?? 0, updated_at: row?.updated_at?.toISOString() ?? null };
}

function shown(settings: NewRegisterSettings | undefined) {
  const { byHandPercent, byFilePercent } = positionLimits(settings);
  return {
    by_hand_percent: byHandPercent,
    by_file_percent: byFilePercent,
    withholding: withholdingOf(settings),
  };
}

function withholdingOf(settings: NewRegisterSettings | undefined): 'NONE' | 'US' {
  return settings?.withholding ?? 'NONE';
}

/**
 * Changes the limits of the register, and whether the issuer withholds tax. Without a word on that, it stays.
 * @throws DomainError `precondition-failed`, `change-pending`
 */
export async function changeLimits(
  tx: TenantTx,
  version: number,
  { withholding, ...limits }: Omit<NewRegisterSettings, 'withholding'> & Partial<NewRegisterSettings>,
  proposer: Proposer,
): Promise<RegisterSettingsRow | Waiting> {
  const settings = {
    ...limits,
    withholding: withholding ?? (await findRegisterSettings(tx))?.withholding ?? null,
  };
  return changeControlled(registerSettings, tx, version, settings, proposer);
}

export const registerSettingsEffects = effectsOfSettings(registerSettings);
