import { isTooManyLinks, prepareInvitation, prepareReset, sendLink } from '#identity/links/prepare-link.ts';
import { findSessionOrigin } from '#identity/sign-in/session.repository.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { Mail } from '#mail/mail-message.ts';
import { postSealed, sealMail } from '#mail/post-mail.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { fromOrigin } from '#platform/db/origin.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { countNoticesOfDay, findRecipient, insertNotice, type Recipient } from './notice.repository.ts';
import { type NoticeMessage, resetPlace } from './notice-message.ts';
import { postNotices } from './notices.jobs.ts';

/** Nobody fills another's mailbox through us: further notices of a kind are left out until a day has passed. */
const NOTICES_A_DAY = 10;

type Of<T extends NoticeMessage['type']> = Extract<NoticeMessage, { type: T }>;

interface Writing {
  readonly actor: Actor;
  readonly recipient: Recipient;
  readonly tenant: { readonly id: TenantId; readonly name: string };
}

/**
 * Writes the mail that a message asks for, and has it sent. Nobody is told of an account that there isn't: such a message has no
 * effect, and neither has one too many.
 */
export function writeNotice(message: NoticeMessage, requestId: string): Promise<void> {
  const actor = systemActor(message.tenant_id as TenantId, requestId, postNotices);
  // Links begin with the address by which the platform was reached, where it has no domain of its own.
  const origin = {
    sourceIp: '',
    userAgent: undefined,
    ...(message.reached === undefined ? {} : { reached: message.reached }),
  };
  return fromOrigin(origin, () => write(message, actor));
}

async function write(message: NoticeMessage, actor: Actor): Promise<void> {
  const sought = message.type === 'reset' ? { email: await emailOf(message) } : { id: message.user_id };
  const found = await tenantRead(actor.tenantId, async (read) => {
    const recipient = await findRecipient(read, sought);
    if (recipient === undefined) return undefined;
    const [, name] = await getNames(read, actor.tenantId);
    return { recipient, tenant: { id: actor.tenantId, name } };
  });
  if (found === undefined) return;
  const writing = { actor, ...found };
  if (message.type === 'notice') await writeTelling(message, writing);
  else await writeLink(message, writing);
}

async function emailOf(message: Of<'reset'>): Promise<string> {
  return (await fieldSealer()).open(message.sealed, resetPlace(message));
}

async function writeTelling(message: Of<'notice'>, { actor, recipient, tenant }: Writing): Promise<void> {
  const { notice_id: id, kind } = message;
  const mail = await mailOf(message, recipient.email, tenant);
  if (recipient.status !== 'ACTIVE' || mail === undefined) return;
  const sealed = sealMail(await fieldSealer(), tenant.id, mail);
  const userId = recipient.id;
  await systemWrite(
    actor,
    async (tx) => {
      if ((await countNoticesOfDay(tx, userId, kind)) >= NOTICES_A_DAY) return noEffect();
      if (!(await insertNotice(tx, { id, userId, kind }))) return noEffect();
      postSealed(tx, sealed);
      return undefined;
    },
    { audit: () => ({ action: 'notice.posted', resource: `users/${userId}`, payload: { kind } }) },
  );
}

async function mailOf(
  { kind, at, session_id, change = 'A change' }: Of<'notice'>,
  to: string,
  { id, name }: Writing['tenant'],
): Promise<Mail | undefined> {
  const about = { to, tenant: name, at };
  if (kind === 'approval-waiting') return { kind, ...about, change };
  if (kind !== 'new-sign-in') return { kind, ...about };
  const session = await tenantRead(id, (read) => findSessionOrigin(read, session_id ?? ''));
  if (session === undefined) return undefined;
  return { kind, ...about, device: session.device, address: session.source_ip ?? 'that is unknown' };
}

/** Sends the link that fits the user: of an invitation to whoever is invited, of a reset to whoever has a password. */
async function writeLink(
  { notice_id: id, type }: Of<'link' | 'reset'>,
  { actor, recipient, tenant }: Writing,
): Promise<void> {
  const purpose = purposeFor(recipient, type);
  if (purpose === undefined) return;
  const link =
    purpose === 'RESET'
      ? await prepareReset(recipient, tenant)
      : (await prepareInvitation(recipient, tenant)).link;
  const userId = recipient.id;
  const kind = purpose === 'RESET' ? 'password-reset' : 'invitation';
  await systemWrite(
    actor,
    async (tx) => {
      if (await isTooManyLinks(tx, userId)) return noEffect();
      if (!(await insertNotice(tx, { id, userId, kind }))) return noEffect();
      await sendLink(tx, userId, purpose, link);
      return undefined;
    },
    { audit: () => ({ action: 'notice.posted', resource: `users/${userId}`, payload: { kind } }) },
  );
}

function purposeFor(
  { status, uses_password }: Recipient,
  type: 'link' | 'reset',
): 'INVITATION' | 'RESET' | undefined {
  if (status === 'INVITED') return type === 'link' ? 'INVITATION' : undefined;
  return status === 'ACTIVE' && uses_password ? 'RESET' : undefined;
}
