import type { z } from 'zod';
import { requireVersion } from '#approvals/controlled-settings.ts';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, type Proposer, stillThere, Waiting } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { listActiveConnections } from '#identity/connections/connection.repository.ts';
import { findUser } from '#identity/users/user.repository.ts';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import {
  endPasswordSessions,
  findSettings,
  type NewSettings,
  type SettingsRow,
  setSettings,
} from './sign-in-settings.repository.ts';
import type { SignInSettings } from './sign-in-settings.routes.ts';

interface Proposed {
  readonly version: number;
  readonly settings: NewSettings;
}

export function toSignInSettings(row: SettingsRow | undefined): z.infer<typeof SignInSettings> {
  return { ...shown(row), version: row?.version ?? 0, updated_at: row?.updated_at.toISOString() ?? null };
}

function shown(settings: NewSettings | undefined): NewSettings {
  const { sso_required = false, break_glass_user_id = null, second_factor_demanded = null } = settings ?? {};
  return { sso_required, break_glass_user_id, second_factor_demanded };
}

/**
 * Asks a second person for another way of signing in.
 * @throws DomainError `validation-failed`, `precondition-failed`, `change-pending`
 */
export async function proposeSettings(
  tx: TenantTx,
  version: number,
  settings: NewSettings,
  proposer: Proposer,
): Promise<Waiting> {
  const current = await findSettings(tx);
  requireVersion(current, version);
  const refusal = await whyImpossible(tx, settings);
  if (refusal !== undefined) throw invalidField(refusal.pointer, refusal.code, refusal.message);
  const request = await requestChange(
    tx,
    {
      kind: 'sign-in-settings',
      subject: { type: 'settings', id: 'sign-in' },
      before: { ...shown(current) },
      after: { ...settings },
      proposal: { version, settings } satisfies Proposed,
    },
    proposer,
  );
  return new Waiting(request);
}

/** Returns why settings would lock everybody out. */
async function whyImpossible(
  read: TenantRead,
  { sso_required, break_glass_user_id }: NewSettings,
): Promise<{ pointer: string; code: string; message: string } | undefined> {
  const user = break_glass_user_id === null ? undefined : await findUser(read, break_glass_user_id);
  const isAdmin = user?.role === 'ADMIN' && user.status === 'ACTIVE';
  if ((sso_required || break_glass_user_id !== null) && !isAdmin)
    return {
      pointer: '/break_glass_user_id',
      code: 'no-admin',
      message:
        'must be an active ADMIN of the tenant, who can sign in by a password when the provider can’t be reached',
    };
  if (sso_required && (await listActiveConnections(read)).length === 0)
    return {
      pointer: '/sso_required',
      code: 'no-connection',
      message: 'needs an ACTIVE connection: nobody else could sign in',
    };
  return undefined;
}

async function apply(tx: TenantTx, { version, settings }: Proposed, _permit: Permit): Promise<SettingsRow> {
  stillThere((await whyImpossible(tx, settings)) === undefined ? true : undefined);
  const updated = stillThere(await setSettings(tx, version, settings));
  if (settings.sso_required && settings.break_glass_user_id !== null)
    await endPasswordSessions(tx, settings.break_glass_user_id);
  return updated;
}

export const signInSettingsEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    await apply(tx, proposal as Proposed, permit);
    return undefined;
  },
};
