import { PASSWORD_PAGE_PATH } from '#contracts/api-paths.ts';
import { identityEnvironment } from '#identity/identity-environment.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { MailMessage } from '#mail/mail-message.ts';
import { postSealed, sealMail } from '#mail/post-mail.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { countLinksOfDay, insertLink } from './link.repository.ts';
import { hashOfLink, newLinkToken } from './link-token.ts';

/** Invitations are read at work, after a weekend too. */
const INVITATION_HOURS = 72;
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

/**
 * Returns the address that links in mails begin with: the environment's own, or the one that API Gateway has given the API. No header
 * says it, since a client writes those.
 */
function publicUrl(): string {
  return identityEnvironment.publicUrl() ?? `https://${originOfRequest()?.reached}`;
}

/** Makes a link for whoever is invited, and seals the mail that brings it. It has no effect until {@link sendInvitation}. */
export async function prepareInvitation(
  { email, role }: Invited,
  { id, name }: { readonly id: TenantId; readonly name: string },
): Promise<{ readonly link: PreparedLink; readonly url: string }> {
  const token = newLinkToken(id);
  // A browser sends what stands behind # to no server, and so to no log.
  const url = `${publicUrl()}${PASSWORD_PAGE_PATH}#invitation=${token}`;
  const mail = { kind: 'invitation', to: email, tenant: name, role, url, hours: INVITATION_HOURS } as const;
  const sealed = sealMail(await fieldSealer(), id, mail);
  return { link: { token_sha256: hashOfLink(token).toString('base64url'), mail: sealed }, url };
}

/**
 * Makes the link work from now on, instead of the one before it, and has it sent.
 * @throws DomainError `too-many-requests`
 */
export async function sendInvitation(tx: TenantTx, userId: string, link: PreparedLink): Promise<void> {
  if ((await countLinksOfDay(tx, userId)) >= LINKS_A_DAY)
    throw new DomainError(
      'too-many-requests',
      `A user gets at most ${LINKS_A_DAY} links a day. Try again tomorrow.`,
      {
        retryAfterSeconds: DAY_SECONDS,
      },
    );
  const sha256 = Buffer.from(link.token_sha256, 'base64url');
  await insertLink(tx, { userId, purpose: 'INVITATION', sha256, minutes: INVITATION_HOURS * 60 });
  postSealed(tx, link.mail);
}
