import { sql } from 'kysely';
import { truncatedTaxId } from '#register/tax/tax-id.ts';

/** Whether a dividend in US dollars was received in the year, by the days of the tenant. */
export const receivedIn = (year: number) => sql`r.currency = 'USD'
  and r.received_on >= make_date(${year}::integer, 1, 1) and r.received_on < make_date(${year}::integer + 1, 1, 1)`;

/** A holder as the forms name their recipient. */
export interface RecipientRow {
  readonly external_ref: string;
  readonly name: string;
  readonly address: string | null;
  readonly tax_id_type: string | null;
  readonly tax_id_last4: string | null;
}

/** The boxes of every form that say whose it is. */
export function recipientOf({ external_ref, name, address, tax_id_type, tax_id_last4 }: RecipientRow) {
  return {
    account_number: external_ref,
    recipient_name: name,
    recipient_address: address,
    recipient_tin: tax_id_type === null ? null : truncatedTaxId(tax_id_type, tax_id_last4 ?? ''),
  };
}
