import { getNames } from '#identity/tenants/tenant.repository.ts';
import type { Mail } from '#mail/mail-message.ts';
import { postSealed, sealMail } from '#mail/post-mail.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { insertNotice } from './notice.repository.ts';

/** The mails to people who need not be users. */
type Told = Omit<Extract<Mail, { kind: 'payee-account' }>, 'tenant'>;

/**
 * Tells somebody who need not be a user, by mail.
 * @param id of the notice: of two with the same id the second isn't posted.
 * @param resource the trail's name of what the mail is about.
 */
export async function tellByMail(actor: Actor, id: string, resource: string, mail: Told): Promise<void> {
  const { tenantId } = actor;
  const { kind } = mail;
  const [, tenant] = await tenantRead(tenantId, (read) => getNames(read, tenantId));
  const sealed = sealMail(await fieldSealer(), tenantId, { ...mail, tenant });
  await systemWrite(
    actor,
    async (tx) => {
      if (!(await insertNotice(tx, { id, userId: null, kind }))) return noEffect();
      postSealed(tx, sealed);
      return undefined;
    },
    { audit: () => ({ action: 'notice.posted', resource, payload: { kind } }) },
  );
}
