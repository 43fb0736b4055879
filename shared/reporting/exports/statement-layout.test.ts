import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Letters, layOutStatement, PAGE } from './statement-layout.ts';

const letters: Letters = { has: (letter) => letter < '\u0250', width: () => 0.6 };

const line = {
  ...{ day: '2026-01-31', kind: 'DIVIDEND_ADJUSTMENT' as const, of: 'COMMON' },
  ...{ quantity: '1', balance: '1', amount: '1.00', currency: 'USD', reference: null, note: null },
} as const;

const of = (notes: readonly string[], name = 'Ada') =>
  layOutStatement(
    {
      ...{ issuer: 'Acme', holder: { name, external_ref: 'A-1' }, from: '2026-01-01', to: '2026-01-31' },
      of: 'Class',
      positions: [{ of: 'COMMON', opening: '0', closing: '1' }],
      lines: notes.map((note) => ({ ...line, note })),
    },
    letters,
  );

const said = (pages: ReturnType<typeof of>) => pages.flatMap(({ texts }) => texts);

test('nothing is lost or leaves the page, however long a note is, and wherever it can be broken', () => {
  const note = fc.string({ unit: fc.constantFrom('a', ' ', 'b', '-', '王', '\n'), maxLength: 4_000 });
  fc.assert(
    fc.property(fc.array(note, { minLength: 1, maxLength: 8 }), (notes) => {
      const pages = of(notes);
      for (const { texts } of pages)
        for (const { x, y, size, text } of texts) {
          expect(x).toBeGreaterThanOrEqual(PAGE.margin);
          expect(x + text.length * 0.6 * size).toBeLessThanOrEqual(PAGE.width - PAGE.margin + 0.01);
          expect(y + size).toBeLessThanOrEqual(PAGE.height - PAGE.margin);
        }
      const left = Math.max(
        ...said(pages)
          .filter(({ text }) => text === 'Note')
          .map(({ x }) => x),
      );
      const shown = said(pages)
        .filter(({ x, text }) => x === left && text !== 'Note')
        .map(({ text }) => text)
        .join('');
      expect(shown.replaceAll(' ', '')).toBe(
        notes.join('').replaceAll(/\s/g, '').replaceAll('王', '[U+738B]'),
      );
    }),
    { numRuns: 60 },
  );
});

test('letters are written by their number where the font lacks them, which is said once, and only then', () => {
  const spoken = (pages: ReturnType<typeof of>) =>
    said(pages)
      .map(({ text }) => text)
      .join(' ');
  expect(spoken(of(['x']))).not.toContain('Unicode');
  const text = spoken(of(['x'], '王'));
  expect(text).toContain('[U+738B] (A-1)');
  expect(text.match(/Unicode/g)).toHaveLength(1);
  expect(spoken(of([]))).toContain('There is nothing between these days.');
});

test('a name of marks that are put together is as one of letters', () => {
  expect(of(['x'], 'Z\u030cofia')).toEqual(of(['x'], 'Žofia'));
});
