import { fromMinor } from '#kernel/money.ts';
import { meaningOf } from '#payments/bank/code-meaning.ts';
import { CURRENCY, type Item, type ItemRow } from './bank-file.repository.ts';

/** Shows an item of a bank's file, or an entry of its statement, with what its code means. */
export function toItem({
  amount,
  booked_on,
  reference,
  outbound_file_id,
  explanation,
  ...item
}: ItemRow): Item {
  return {
    ...item,
    ...(booked_on === null ? {} : { booked_on }),
    ...(reference === null ? {} : { reference }),
    ...(outbound_file_id === null ? {} : { outbound_file_id }),
    ...(explanation === null ? {} : { explanation }),
    meaning: meaningOf(item.code),
    amount: amount === null ? null : fromMinor(BigInt(amount), CURRENCY),
  };
}
