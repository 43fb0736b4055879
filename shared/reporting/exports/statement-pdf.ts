import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';
import PDFDocument from 'pdfkit';
import type { StatementDocument } from './statement-document.ts';
import { type Letters, layOutStatement, PAGE } from './statement-layout.ts';

/** Read from its package, which stands beside the function's code: see `lib/sidecars.ts`. */
const FONT = 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf';

/** Scripts that run from right to left: the library would set their words in the wrong order. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Controls, and what directs text without being seen. */
const UNSEEN = /\p{C}/u;

/** Writes a statement as a PDF. Nothing in it is of the clock or of chance: the same statement gives the same bytes. */
export async function statementPdf(document: StatementDocument): Promise<Uint8Array> {
  const bytes = await readFile(createRequire(import.meta.url).resolve(FONT));
  const { holder, from, to, issuer } = document;
  const pages = layOutStatement(document, lettersOf(create(bytes) as Font));
  const pdf = new PDFDocument({
    ...{ autoFirstPage: false, size: [PAGE.width, PAGE.height], margin: 0, lang: 'en', displayTitle: true },
    // The path of a font is where the standard ones, which have Western letters only, would be loaded otherwise.
    font: bytes as unknown as string,
    info: {
      Title: `Statement of ${holder.external_ref}, ${from} to ${to}`,
      Author: issuer,
      Creator: 'Vestry',
      // The file's identifier is a hash of these entries.
      CreationDate: new Date(`${to}T00:00:00Z`),
    },
  });
  const chunks: Uint8Array[] = [];
  pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise((resolve, reject) => pdf.on('end', resolve).on('error', reject));
  for (const { texts, rules } of pages) {
    pdf.addPage();
    for (const { x, y, size, text } of texts) pdf.fontSize(size).text(text, x, y, { lineBreak: false });
    for (const y of rules)
      pdf
        .moveTo(PAGE.margin, y)
        .lineTo(PAGE.width - PAGE.margin, y)
        .lineWidth(0.5)
        .stroke();
  }
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

function lettersOf(font: Font): Letters {
  const widths = new Map<string, number>();
  const codeOf = (letter: string) => letter.codePointAt(0) ?? 0;
  return {
    has: (letter) =>
      !UNSEEN.test(letter) && !RIGHT_TO_LEFT.test(letter) && font.hasGlyphForCodePoint(codeOf(letter)),
    width: (letter) => {
      const known = widths.get(letter);
      if (known !== undefined) return known;
      const width = font.glyphForCodePoint(codeOf(letter)).advanceWidth / font.unitsPerEm;
      widths.set(letter, width);
      return width;
    },
  };
}
