import { PASSWORD_PAGE_PATH } from '#contracts/api-paths.ts';
import { identityEnvironment } from '#identity/identity-environment.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { Mail, MailMessage } from '#mail/mail-message.ts';
import { postSealed, sealMail } from '#mail/post-mail.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { countLinksOfDay, insertLink, type LinkPurpose } from './link.repository.ts';
import { hashOfLink, newLinkToken } from './link-token.ts';

/** Invitations are read at work, after a weekend too. Whoever asks for a reset is waiting for it. */
const HOURS = { INVITATION: 72, RESET: 1 } as const satisfies Record<LinkPurpose, number>;
/** Nobody fills another's mailbox through us. */
const LINKS_A_DAY = 10;

const DAY_SECONDS = 24 * 60 * 60;

/** A link before its transaction, as a change request may keep it: nothing in it lets anybody in. */
export interface PreparedLink {
  /** Base64url. */
  readonly token_sha256: string;
  readonly mail: MailMessage;
}

interface Invited {
  readonly email: string;
  readonly role: string;
}

interface Tenant {
  readonly id: TenantId;
  readonly name: string;
}

/**
 * Returns the address that links in mails begin with: the environment's own, or the one that API Gateway has given the API. No header
 * says it, since a client writes those.
 */
function publicUrl(): string {
  return identityEnvironment.publicUrl() ?? `https://${originOfRequest()?.reached}`;
}

/** Makes a link for whoever is invited, and seals the mail that brings it. It has no effect until {@link sendLink}. */
export async function prepareInvitation(
  { email, role }: Invited,
  { id, name }: Tenant,
): Promise<{ readonly link: PreparedLink; readonly url: string }> {
  const { token, url } = newLink('invitation', id);
  const mail = { kind: 'invitation', to: email, tenant: name, role, url, hours: HOURS.INVITATION } as const;
  return { link: await prepared(id, token, mail), url };
}

/** Makes a link by which a user sets another password, and seals its mail. It has no effect until {@link sendLink}. */
export function prepareReset(
  { email }: { readonly email: string },
  { id, name }: Tenant,
): Promise<PreparedLink> {
  const { token, url } = newLink('reset', id);
  return prepared(id, token, {
    kind: 'password-reset',
    to: email,
    tenant: name,
    url,
    minutes: HOURS.RESET * 60,
  });
}

function newLink(purpose: 'invitation' | 'reset', tenantId: TenantId): { token: string; url: string } {
  const token = newLinkToken(tenantId);
  // A browser sends what stands behind # to no server, and so to no log.
  return { token, url: `${publicUrl()}${PASSWORD_PAGE_PATH}#${purpose}=${token}` };
}

async function prepared(tenantId: TenantId, token: string, mail: Mail): Promise<PreparedLink> {
  const sealed = sealMail(await fieldSealer(), tenantId, mail);
  return { token_sha256: hashOfLink(token).toString('base64url'), mail: sealed };
}

/** Tells whether a user has had as many links within a day as anybody gets. */
export async function isTooManyLinks(tx: TenantTx, userId: string): Promise<boolean> {
  return (await countLinksOfDay(tx, userId)) >= LINKS_A_DAY;
}

/**
 * Makes the link work from now on, instead of the one before it, and has it sent.
 * @throws DomainError `too-many-requests`
 */
export async function sendLink(
  tx: TenantTx,
  userId: string,
  purpose: LinkPurpose,
  link: PreparedLink,
): Promise<void> {
  if (await isTooManyLinks(tx, userId))
    throw new DomainError(
      'too-many-requests',
      `A user gets at most ${LINKS_A_DAY} links a day. Try again tomorrow.`,
      { retryAfterSeconds: DAY_SECONDS },
    );
  const sha256 = Buffer.from(link.token_sha256, 'base64url');
  await insertLink(tx, { userId, purpose, sha256, minutes: HOURS[purpose] * 60 });
  postSealed(tx, link.mail);
}

export function sendInvitation(tx: TenantTx, userId: string, link: PreparedLink): Promise<void> {
  return sendLink(tx, userId, 'INVITATION', link);
}
