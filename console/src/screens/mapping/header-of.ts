/** The part of a sample that is looked at: a header is shorter. */
const SAMPLE_BYTES = 64 * 1024;

export const SEPARATORS = [',', ';', '\t', '|'] as const;
export type Separator = (typeof SEPARATORS)[number];

export interface Header {
  readonly separator: Separator;
  readonly columns: readonly string[];
}

/** Returns the beginning of a file as text. What is not UTF-8 shows as such: the API reads it by the encoding that it finds. */
export async function beginningOf(file: File): Promise<string> {
  return (await file.slice(0, SAMPLE_BYTES).text()).replace(/^\uFEFF/, '');
}

/** Returns the columns that a line of a sample names, by the separator that it has most of. */
export function headerOf(sample: string, skippedLines: number): Header {
  const line = sample.split(/\r\n|\r|\n/)[skippedLines] ?? '';
  const separator = SEPARATORS.reduce((best, one) =>
    cellsOf(line, one).length > cellsOf(line, best).length ? one : best,
  );
  return { separator, columns: cellsOf(line, separator).filter((name) => name !== '') };
}

function cellsOf(line: string, separator: Separator): string[] {
  const cells: string[] = [];
  let [cell, quoted] = ['', false];
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}
