import { type TenantId, uuidV7 } from '#kernel/ids.ts';
import { command, type TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { sendMail } from './mail.jobs.ts';
import type { Mail, MailMessage } from './mail-message.ts';
import { mailPlace } from './mail-place.ts';

/** Seals a mail, so that it can be stored until it is sent. */
export function sealMail(sealer: Sealer, tenantId: TenantId, mail: Mail): MailMessage {
  const place = { tenant_id: tenantId, mail_id: uuidV7() };
  return { ...place, sealed: sealer.seal(JSON.stringify(mail), mailPlace(place)) };
}

/** Has a mail sent once the transaction is committed: at least once, and never without it. */
export function postSealed(tx: TenantTx, message: MailMessage): void {
  command(tx, { type: 'message.send', queue: sendMail.queue, message });
}
