import * as z from 'zod';
import { email } from '#kernel/fields.ts';

const people = { to: email, tenant: z.string() } as const;

/** The content of each kind of mail. It is sealed wherever it is stored: it names people, and may hold a link that lets one in. */
export const Mail = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('invitation'),
    ...people,
    url: z.url(),
    role: z.string(),
    hours: z.int(),
  }),
  z.strictObject({ kind: z.literal('password-reset'), ...people, url: z.url(), minutes: z.int() }),
  z.strictObject({ kind: z.literal('password-changed'), ...people, at: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('second-factor-changed'), ...people, at: z.iso.datetime() }),
  z.strictObject({
    kind: z.literal('new-sign-in'),
    ...people,
    at: z.iso.datetime(),
    device: z.string(),
    address: z.string(),
  }),
  z.strictObject({
    kind: z.literal('approval-waiting'),
    ...people,
    at: z.iso.datetime(),
    change: z.string(),
  }),
  z.strictObject({ kind: z.literal('payee-account'), ...people, at: z.iso.datetime(), last4: z.string() }),
]);
export type Mail = z.infer<typeof Mail>;

/** Everything that the function which sends needs, because it can't look anything up. */
export const MailMessage = z.strictObject({
  tenant_id: z.uuid(),
  mail_id: z.uuid(),
  /** A {@link Mail}, sealed for its place. */
  sealed: z.string(),
});
export type MailMessage = z.infer<typeof MailMessage>;
