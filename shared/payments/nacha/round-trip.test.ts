import { createRequire } from 'node:module';
import { Readable, type Transform } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { achText, isNameable } from './ach-text.ts';
import { writeNachaFile } from './nacha-file.ts';
import type { AchBatch, AchPayment } from './nacha-payments.ts';
import { readNachaFile } from './nacha-reader.ts';
import { paymentReference } from './payment-reference.ts';
import { SAMPLE_HEADER, sampleBatch, samplePayment } from './payments.sample.ts';
import { routingCheckDigit } from './routing-number.ts';

const routingNumber = fc
  .tuple(fc.constantFrom('01', '07', '12', '21', '32', '61', '72'), fc.stringMatching(/^\d{6}$/))
  .map(([prefix, rest]) => `${prefix}${rest}${routingCheckDigit(prefix + rest)}`);

const payment = fc.record<AchPayment>({
  paymentId: fc.uuid(),
  routingNumber,
  accountNumber: fc.stringMatching(/^\d{3,16}[1-9]$/),
  accountType: fc.constantFrom('checking', 'savings'),
  amountMinor: fc.bigInt({ min: 1n, max: 9_999_999_999n }),
  receiverName: fc.string({ unit: 'grapheme', maxLength: 40 }),
  memo: fc.string({ unit: 'grapheme-ascii', maxLength: 100 }),
});

const batches = fc
  .uniqueArray(payment, { minLength: 1, maxLength: 60, selector: ({ paymentId }) => paymentId })
  .chain((payments) =>
    fc
      .nat(payments.length)
      .map((split): AchBatch[] =>
        [
          sampleBatch(payments.slice(0, split)),
          sampleBatch(payments.slice(split), { secCode: 'CCD', effectiveEntryDate: '2028-02-29' }),
        ].filter((batch) => batch.payments.length > 0),
      ),
  );

const firstTraceSequence = fc.integer({ min: 1, max: 9_999_000 });

test('what is read is what was written', () => {
  fc.assert(
    fc.property(batches, firstTraceSequence, (written, first) => {
      const { text, entries } = writeNachaFile(SAMPLE_HEADER, written, first);
      const file = readNachaFile(text);
      expect(file).toMatchObject({
        immediateDestination: '021000021',
        immediateOrigin: '1123456789',
        createdOn: '2026-07-01',
        createdAtTime: '2105',
        fileIdModifier: 'A',
      });
      expect(file.batches.map(({ secCode }) => secCode)).toEqual(written.map(({ secCode }) => secCode));
      expect(file.batches.map(({ effectiveEntryDate }) => effectiveEntryDate)).toEqual(
        written.map(({ effectiveEntryDate }) => effectiveEntryDate),
      );
      const read = file.batches.flatMap((batch) => batch.entries);
      expect(read.map(({ traceNumber }) => traceNumber)).toEqual(
        entries.map(({ traceNumber }) => traceNumber),
      );
      for (const [at, sent] of written.flatMap(({ payments }) => payments).entries()) {
        const name = achText(sent.receiverName, 22);
        const memo = achText(sent.memo ?? '', 80);
        expect(read[at]).toMatchObject({
          transactionCode: sent.accountType === 'checking' ? '22' : '32',
          routingNumber: sent.routingNumber,
          accountNumber: sent.accountNumber,
          amountMinor: sent.amountMinor,
          individualId: paymentReference(sent.paymentId),
          receiverName: isNameable(name) ? name : `PAYEE ${paymentReference(sent.paymentId)}`,
        });
        expect(read[at]?.addenda).toEqual(
          memo === '' ? undefined : { kind: 'payment', line: expect.any(Number), paymentInformation: memo },
        );
      }
    }),
  );
});

test('hashes, totals and counts are the sums of the payments; lines come in tens of 94 characters', () => {
  fc.assert(
    fc.property(batches, (written) => {
      const { text, totalCreditMinor } = writeNachaFile(SAMPLE_HEADER, written);
      const lines = text.slice(0, -1).split('\n');
      expect(lines.length % 10).toBe(0);
      expect(lines.every((line) => /^[\x20-\x7e]{94}$/.test(line))).toBe(true);
      const payments = written.flatMap((batch) => batch.payments);
      const control = lines.findLast((line) => line.startsWith('9') && !line.startsWith('99')) ?? '';
      const hash = payments.reduce((sum, sent) => sum + Number(sent.routingNumber.slice(0, 8)), 0);
      const total = payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
      expect(control.slice(1, 7)).toBe(String(written.length).padStart(6, '0'));
      expect(Number(control.slice(7, 13)) * 10).toBe(lines.length);
      expect(Number(control.slice(13, 21))).toBe(lines.filter((line) => /^[67]/.test(line)).length);
      expect(control.slice(21, 31)).toBe(String(hash).slice(-10).padStart(10, '0'));
      expect(BigInt(control.slice(43, 55))).toBe(total);
      expect(totalCreditMinor).toBe(total);
    }),
  );
});

test.each(Array.from({ length: 12 }, (_, at) => at + 1))(
  'a file of %i payments has whole blocks',
  (count) => {
    const payments = Array.from({ length: count }, (_, at) => samplePayment(at));
    const lines = writeNachaFile(SAMPLE_HEADER, [sampleBatch(payments)])
      .text.slice(0, -1)
      .split('\n');
    const records = count + 4;
    expect(lines.length).toBe(Math.ceil(records / 10) * 10);
    expect(lines.slice(records)).toEqual(Array(lines.length - records).fill('9'.repeat(94)));
    expect(readNachaFile(`${lines.join('\n')}\n`).batches[0]?.entries.length).toBe(count);
  },
);

test('any other digit in a record is noticed', () => {
  const { text } = writeNachaFile(SAMPLE_HEADER, [
    sampleBatch([samplePayment(1), samplePayment(2), samplePayment(3)]),
  ]);
  // Hashes, totals, counts, check digits and numbering guard these; names, accounts and dates nothing does.
  const guarded = [
    [2, 3, 11],
    [2, 29, 38],
    [2, 79, 86],
    [5, 1, 53],
    [5, 79, 93],
    [6, 1, 54],
  ] as const;
  const lines = text.split('\n');
  const positions = guarded
    .flatMap(([line, from, to]) =>
      Array.from({ length: to - from + 1 }, (_, at) => [line, from + at] as const),
    )
    .filter(([line, at]) => /\d/.test(lines[line]?.[at] ?? ''));
  for (const [line, at] of positions) {
    const digit = (Number(lines[line]?.[at]) + 1) % 10;
    const changed = lines.with(line, `${lines[line]?.slice(0, at)}${digit}${lines[line]?.slice(at + 1)}`);
    expect(() => readNachaFile(changed.join('\n')), `line ${line + 1}, column ${at + 1}`).toThrow(/^Line \d/);
  }
});

interface ForeignFile {
  readonly file: { readonly footer: Record<string, number> };
  readonly batches: {
    readonly entryClassCode: string;
    readonly effectiveDate: string;
    readonly footer: Record<string, number>;
    readonly entries: (Record<string, string | number> & { addenda?: Record<string, string> })[];
  }[];
}

// It has no types of its own.
const foreignAch = createRequire(import.meta.url)('@ach/ach') as () => {
  getParser(format: string): Transform;
};

async function foreignRead(text: string): Promise<ForeignFile> {
  const parsed = await Readable.from([Buffer.from(text)])
    .pipe(foreignAch().getParser('ach'))
    .toArray();
  expect(parsed.length).toBe(1);
  return parsed[0] as ForeignFile;
}

test("another implementation's parser reads the same", async () => {
  await fc.assert(
    fc.asyncProperty(batches, firstTraceSequence, async (written, first) => {
      const { text } = writeNachaFile(SAMPLE_HEADER, written, first);
      const ours = readNachaFile(text);
      const theirs = await foreignRead(text);
      expect(theirs.file.footer).toMatchObject({
        batchCount: ours.batches.length,
        blockCount: text.length / (10 * 95),
        entryAndAddendaCount: ours.totals.entryAddendaCount,
        entryHash: Number(ours.totals.entryHash),
        totalDebit: 0,
        totalCredit: Number(ours.totals.creditMinor),
      });
      expect(theirs.batches.map(({ entryClassCode }) => entryClassCode)).toEqual(
        ours.batches.map(({ secCode }) => secCode),
      );
      for (const [index, batch] of ours.batches.entries()) {
        expect(theirs.batches[index]?.footer.entryHash).toBe(Number(batch.totals.entryHash));
        for (const [at, entry] of batch.entries.entries()) {
          const foreign = theirs.batches[index]?.entries[at];
          expect(foreign).toMatchObject({
            transactionCode: entry.transactionCode,
            receivingDFIIdentification: Number(entry.routingNumber.slice(0, 8)),
            checkDigit: Number(entry.routingNumber[8]),
            dfiAccount: entry.accountNumber,
            amount: Number(entry.amountMinor),
            traceNumber: Number(entry.traceNumber),
          });
        }
      }
    }),
    { numRuns: 30 },
  );
});

test.each([
  ['lines that end with CR and LF', { lineEnds: 'CRLF' }],
  ['no padding', { isPadded: false }],
  ['both', { lineEnds: 'CRLF', isPadded: false }],
] as const)(
  "another implementation's parser reads balanced batches and prenotes in a file with %s",
  async (_, style) => {
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (plain, areBalanced) => {
        const asked = sampleBatch([samplePayment(9_999, { amountMinor: 0n })], { isOfPrenotes: true });
        const offset = {
          routingNumber: '021000021',
          accountNumber: '0077001234',
          accountType: 'checking',
        } as const;
        const balanced = areBalanced ? plain.map((batch) => ({ ...batch, offset })) : plain;
        const { text } = writeNachaFile(SAMPLE_HEADER, [...balanced, asked], 1, style);
        const ours = readNachaFile(text);
        const theirs = await foreignRead(text);
        expect(theirs.file.footer).toMatchObject({
          batchCount: ours.batches.length,
          entryAndAddendaCount: ours.totals.entryAddendaCount,
          entryHash: Number(ours.totals.entryHash),
          totalDebit: Number(ours.totals.debitMinor),
          totalCredit: Number(ours.totals.creditMinor),
        });
        expect(
          theirs.batches.map(({ entries }) =>
            entries.map(({ transactionCode, amount }) => [transactionCode, amount]),
          ),
        ).toEqual(
          ours.batches.map(({ entries }) =>
            entries.map(({ transactionCode, amountMinor }) => [transactionCode, Number(amountMinor)]),
          ),
        );
      }),
      { numRuns: 20 },
    );
  },
);
