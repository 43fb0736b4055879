import * as z from 'zod';

/** The notices of a user's own account and inbox. Each is a mail of the same kind. */
const NOTICES = ['password-changed', 'second-factor-changed', 'new-sign-in', 'approval-waiting'] as const;
export type NoticeKind = (typeof NOTICES)[number];

const of = { tenant_id: z.uuid(), notice_id: z.uuid(), reached: z.string().optional() } as const;

/** A mail that is to be written. It names nobody, and holds nothing that lets anybody in. */
export const NoticeMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('notice'),
    ...of,
    user_id: z.uuid(),
    kind: z.enum(NOTICES),
    at: z.iso.datetime(),
    /** The session that the notice is of. */
    session_id: z.uuid().optional(),
    /** The change that the notice is of, in words that name nobody. */
    change: z.string().max(100).optional(),
  }),
  /** A user whom an administrator sends a link: of an invitation, or to set the password anew. */
  z.strictObject({ type: z.literal('link'), ...of, user_id: z.uuid() }),
  /** Somebody has asked for a link for an account, which need not exist. The email is sealed for its place. */
  z.strictObject({ type: z.literal('reset'), ...of, sealed: z.string() }),
]);
export type NoticeMessage = z.infer<typeof NoticeMessage>;

/** Returns the place for which the email of a request is sealed. */
export function resetPlace({
  tenant_id,
  notice_id,
}: {
  readonly tenant_id: string;
  readonly notice_id: string;
}): string {
  return `resets/${tenant_id}/${notice_id}`;
}
