import type { z } from 'zod';
import { linkTo } from '#contracts/links.ts';
import { fromMinor } from '#kernel/money.ts';
import { meaningOf } from '#payments/bank/code-meaning.ts';
import { acknowledgeBankFile, getBankFile, rejectBankFile } from '#payments/files/bank-files.routes.ts';
import { matchBankItem } from '#payments/files/match-bank-item.routes.ts';
import { OFFSET_ENTRY } from '#payments/files/offset-entry.ts';
import { cancelTransaction, getTransaction } from '#payments/orders/orders.routes.ts';
import { reverseTransaction } from '#payments/reversals/reversals.routes.ts';
import type { DeskRow } from './exception.repository.ts';
import { type PaymentException, resolveTransaction } from './exceptions.routes.ts';

type Shown = z.infer<typeof PaymentException>;
type Action = Shown['actions'][number];
type Operation = Parameters<typeof linkTo>[0] & { readonly operationId: string };

const to = (route: Operation, params: Readonly<Record<string, string>>): Action => ({
  operation: route.operationId,
  method: 'POST',
  href: linkTo(route, params),
});

/** Lists the operations that end an exception. */
function actionsOf({ id, kind, state, is_at_bank, is_reversible, ...of }: DeskRow): Action[] {
  const [file, payment] = [of.bank_file_id ?? '', of.transaction_id ?? ''];
  if (state === 'RESOLVED') return [];
  if (kind === 'BANK_ITEM') {
    const acknowledge = to(acknowledgeBankFile, { id: file });
    const isOfPayment = is_at_bank && of.reason !== OFFSET_ENTRY;
    return isOfPayment ? [to(matchBankItem, { id: file, item_id: id }), acknowledge] : [acknowledge];
  }
  if (kind === 'STATEMENT_ITEM')
    return [
      payment === '' ? to(matchBankItem, { id: file, item_id: id }) : to(resolveTransaction, { id: payment }),
    ];
  if (kind === 'UNACKNOWLEDGED_FILE')
    return [acknowledgeBankFile, rejectBankFile].map((ending) => to(ending, { id: file }));
  const ending = to(is_at_bank ? resolveTransaction : cancelTransaction, { id: payment });
  return is_reversible ? [ending, to(reverseTransaction, { id: payment })] : [ending];
}

/** Shows an exception with what ends it. */
export function toException(row: DeskRow): Shown {
  const { is_at_bank: _, is_reversible: __, amount, since, ...shown } = row;
  const { kind, transaction_id, bank_file_id, currency } = shown;
  const isOfFile = kind === 'BANK_ITEM' || kind === 'STATEMENT_ITEM' || kind === 'UNACKNOWLEDGED_FILE';
  return {
    ...shown,
    since: since.toISOString(),
    meaning: meaningOf(row.code),
    amount: amount === null || currency === null ? null : fromMinor(BigInt(amount), currency),
    subject: isOfFile
      ? linkTo(getBankFile, { id: bank_file_id ?? '' })
      : linkTo(getTransaction, { id: transaction_id ?? '' }),
    actions: actionsOf(row),
  };
}
