import { expect, test } from 'vitest';
import * as nacha from './nacha-layout.ts';

const LAYOUTS: Record<string, nacha.Layout<string>> = {
  fileHeader: nacha.FILE_HEADER,
  batchHeader: nacha.BATCH_HEADER,
  entryDetail: nacha.ENTRY_DETAIL,
  paymentAddenda: nacha.PAYMENT_ADDENDA,
  returnAddenda: nacha.RETURN_ADDENDA,
  changeAddenda: nacha.CHANGE_ADDENDA,
  batchControl: nacha.BATCH_CONTROL,
  fileControl: nacha.FILE_CONTROL,
};

test.each(Object.entries(LAYOUTS))('%s fills columns 1 to 94 without a gap', (_, layout) => {
  let next = 1;
  for (const [first, last] of Object.values(layout)) {
    expect(first).toBe(next);
    expect(last).toBeGreaterThanOrEqual(first);
    next = last + 1;
  }
  expect(next).toBe(95);
});

const CONTROL = { recordType: 9, batchCount: 1, blockCount: 1, entryAddendaCount: 1, entryHash: 1 };

test('a value that does not fit its columns is refused, not cut', () => {
  const write = (totalCredit: bigint | number | string) =>
    nacha.writeRecord(nacha.FILE_CONTROL, { ...CONTROL, totalDebit: 0, totalCredit });
  expect(write(999_999_999_999n)).toBe(
    `9000001000001000000010000000001000000000000999999999999${' '.repeat(39)}`,
  );
  for (const value of [1_000_000_000_000n, -1, 1.5, '', '1 ']) expect(() => write(value)).toThrow(RangeError);
});
