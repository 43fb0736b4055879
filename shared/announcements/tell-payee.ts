import * as z from 'zod';
import { BusMessage } from '#contracts/event-schemas.ts';
import { tellByMail } from '#identity/notices/tell-by-mail.ts';
import { findEmployeeEmail } from '#identity/users/employee-email.ts';
import { findEnteredAccount, listFiledAccounts } from '#payments/payees/entered-account.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { findHolderEmail } from '#register/holder-standing.ts';
import { announceChanges } from './announcements.jobs.ts';

/** A file that was loaded, off the bus or, where payees of it are left to be told, from ourselves. */
export const LoadedMessage = BusMessage.extend({
  'detail-type': z.literal('upload.completed'),
  detail: BusMessage.shape.detail.extend({
    upload_id: z.uuid(),
    kind: z.string(),
    /** The account behind which those are whose payees haven't been told. */
    after: z.uuid().optional(),
  }),
});
type LoadedMessage = z.infer<typeof LoadedMessage>;

/** Told by one message. It takes a few seconds of the thirty that there are. */
const AT_ONCE = 100;

/** Tells the payees of a file of accounts that they were entered, some at once; the next message has the others. A file of anything else has none. */
export async function tellPayees(actor: Actor, message: LoadedMessage, requestId: string): Promise<void> {
  const { upload_id, kind, after } = message.detail;
  if (kind !== 'bank-accounts') return;
  const accounts = await tenantRead(actor.tenantId, (read) =>
    listFiledAccounts(read, upload_id, after, AT_ONCE),
  );
  for (const id of accounts) await tellPayee(actor, id, id);
  if (accounts.length < AT_ONCE) return;
  const rest = { ...message, detail: { ...message.detail, after: accounts.at(-1) } };
  await sendMessages(announceChanges.queue, [rest], requestId);
}

/**
 * Tells a payee whose address is known that an account was entered for them: whoever did may be somebody else.
 * @param noticeId the same for every delivery: nobody is told twice
 */
export async function tellPayee(actor: Actor, noticeId: string, accountId: string): Promise<void> {
  const found = await tenantRead(actor.tenantId, async (read) => {
    const account = await findEnteredAccount(read, accountId);
    if (account === undefined) return undefined;
    const { shareholder_id, employee_id } = account;
    const to =
      shareholder_id === null
        ? await findEmployeeEmail(read, employee_id ?? '')
        : await findHolderEmail(read, shareholder_id);
    return to === undefined ? undefined : { account, to };
  });
  if (found === undefined) return;
  const { account, to } = found;
  await tellByMail(actor, noticeId, `bank-accounts/${accountId}`, {
    ...{ kind: 'payee-account', to },
    ...{ at: account.created_at.toISOString(), last4: account.account_last4 },
  });
}
