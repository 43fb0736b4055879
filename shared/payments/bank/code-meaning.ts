import { changeReason, isChangeCode } from '#payments/nacha/change-codes.ts';
import { isReturnReasonCode, returnReason } from '#payments/nacha/return-codes.ts';
import { entryMeaning } from '#payments/statements/entry-codes.ts';

/** Returns the meaning of a code of a bank, where it is one that we know: of a return, a correction, or an entry of a statement. */
export function meaningOf(code: string | null): string | null {
  if (code === null) return null;
  if (isChangeCode(code)) return changeReason(code).meaning;
  return returnMeaning(code) ?? entryMeaning(code) ?? null;
}

/** Returns the meaning of the code by which a payment ended; undefined for words of our own, such as `DENIED`. */
export function returnMeaning(code: string | null): string | undefined {
  return code !== null && isReturnReasonCode(code) ? returnReason(code).meaning : undefined;
}
