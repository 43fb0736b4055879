/** Returns the place for which a mail is sealed. */
export function mailPlace(mail: { readonly tenant_id: string; readonly mail_id: string }): string {
  return `mails/${mail.tenant_id}/${mail.mail_id}`;
}
