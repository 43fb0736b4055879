import type { z } from 'zod';
import { returnMeaning } from '#payments/bank/code-meaning.ts';
import { type OrderedRow, toTransaction } from './ordered-transaction.ts';
import type { Transaction } from './orders.routes.ts';

/** Shows a transaction with what its code means. Whatever changes one needs no codes of banks, and is smaller without. */
export function toShownTransaction(row: OrderedRow): z.infer<typeof Transaction> {
  const return_meaning = returnMeaning(row.return_code);
  return { ...toTransaction(row), ...(return_meaning === undefined ? {} : { return_meaning }) };
}
