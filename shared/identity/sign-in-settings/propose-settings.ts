import type { z } from 'zod';
import {
  type ControlledSettings,
  changeControlled,
  effectsOfSettings,
} from '#approvals/controlled-settings.ts';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, type Proposer, stillThere, type Waiting } from '#approvals/propose-change.ts';
import { listActiveConnections } from '#identity/connections/connection.repository.ts';
import { refuseNoNetwork } from '#identity/refuse-no-network.ts';
import { findUser } from '#identity/users/user.repository.ts';
import { type DomainError, invalidField } from '#kernel/domain-error.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { loosens } from './loosens.ts';
import {
  endPasswordSessions,
  findSettings,
  isAddressInside,
  type NewSettings,
  type SettingsRow,
  setSettings,
} from './sign-in-settings.repository.ts';
import type { SignInSettings } from './sign-in-settings.routes.ts';

/** Whoever changes the settings, and the address from which they come. */
interface ProposerAt extends Proposer {
  readonly address: string;
}

export function toSignInSettings(row: SettingsRow | undefined): z.infer<typeof SignInSettings> {
  return { ...shown(row), version: row?.version ?? 0, updated_at: row?.updated_at.toISOString() ?? null };
}

function shown(settings: NewSettings | undefined): NewSettings {
  const {
    sso_required = false,
    break_glass_user_id = null,
    second_factor_demanded = null,
    networks = null,
    session_idle_minutes = null,
    session_hours = null,
  } = settings ?? {};
  const limits = { session_idle_minutes, session_hours };
  return { sso_required, break_glass_user_id, second_factor_demanded, networks, ...limits };
}

const settingsOfSignIn: ControlledSettings<NewSettings, SettingsRow> = {
  kind: 'sign-in-settings',
  name: 'sign-in',
  find: findSettings,
  write,
  shown: (settings) => ({ ...shown(settings) }),
  loosens: (current, next) => loosens(shown(current), next),
};

/**
 * Changes how people sign in: at once where that only narrows from where or for how long, and else when a second person has approved it.
 * @throws DomainError `validation-failed`, `precondition-failed`, `change-pending`
 */
export async function proposeSettings(
  tx: TenantTx,
  version: number,
  sent: NewSettings,
  proposer: ProposerAt,
): Promise<SettingsRow | Waiting> {
  const settings = { ...sent, networks: sent.networks?.length === 0 ? null : sent.networks };
  const refusal =
    refuseNoNetwork(settings.networks) ??
    (await whyImpossible(tx, settings)) ??
    (await whyLockedOut(tx, settings, proposer));
  if (refusal !== undefined) throw refusal;
  return changeControlled(settingsOfSignIn, tx, version, settings, proposer);
}

/** Returns why settings would lock everybody out. */
async function whyImpossible(
  read: TenantRead,
  { sso_required, break_glass_user_id }: NewSettings,
): Promise<DomainError | undefined> {
  const user = break_glass_user_id === null ? undefined : await findUser(read, break_glass_user_id);
  const isAdmin = user?.role === 'ADMIN' && user.status === 'ACTIVE';
  if ((sso_required || break_glass_user_id !== null) && !isAdmin)
    return invalidField(
      '/break_glass_user_id',
      'no-admin',
      'must be an active ADMIN of the tenant, who can sign in by a password when the provider can’t be reached',
    );
  if (sso_required && (await listActiveConnections(read)).length === 0)
    return invalidField(
      '/sso_required',
      'no-connection',
      'needs an ACTIVE connection: nobody else could sign in',
    );
  return undefined;
}

/** Returns why settings would lock out whoever asks for them. */
async function whyLockedOut(
  read: TenantRead,
  { networks }: NewSettings,
  { address }: ProposerAt,
): Promise<DomainError | undefined> {
  if (networks === null || (await isAddressInside(read, networks, address))) return undefined;
  return invalidField(
    '/networks',
    'locks-out',
    `must have a network that your own address, ${address}, is in: you would be locked out`,
  );
}

async function write(
  tx: TenantTx,
  version: number,
  settings: NewSettings,
  _permit: Permit,
): Promise<SettingsRow | undefined> {
  const written = await setSettings(tx, version, settings);
  if (written?.sso_required && written.break_glass_user_id !== null)
    await endPasswordSessions(tx, written.break_glass_user_id);
  return written;
}

export const signInSettingsEffects: ChangeEffects = {
  approved: async (tx, request, permit) => {
    const { settings } = request.proposal as { readonly settings: NewSettings };
    stillThere((await whyImpossible(tx, settings)) === undefined ? true : undefined);
    return effectsOfSettings(settingsOfSignIn).approved(tx, request, permit);
  },
};
