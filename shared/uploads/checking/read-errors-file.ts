import { isMissing, readObject } from '#platform/storage/objects.ts';
import { CsvScanner } from '#uploads/formats/csv-scanner.ts';

interface ErrorsFile {
  readonly columns: string[];
  readonly rows: string[][];
  /** Whether it has no more rows. */
  readonly complete: boolean;
}

/** Reads the beginning of a file of rejected rows, its cells as they stand there; undefined where it is no longer kept. */
export async function readErrorsFile(key: string, most: number): Promise<ErrorsFile | undefined> {
  try {
    return await firstRows(await readObject({ key, versionId: undefined }), most);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function firstRows(source: AsyncIterable<Uint8Array>, most: number): Promise<ErrorsFile> {
  const scanner = new CsvScanner();
  const decoder = new TextDecoder();
  const read: string[][] = [];
  // One row more than the header and what is asked for says that there are more.
  const isEnough = (): boolean => read.length > most + 1;
  const scan = (text: string, last: boolean): void => {
    scanner.push(text, last);
    while (!isEnough() && scanner.next()) read.push(scanner.cells.slice(0, scanner.count));
  };
  for await (const bytes of source) {
    scan(decoder.decode(bytes, { stream: true }), false);
    if (isEnough()) break;
  }
  if (!isEnough()) scan(decoder.decode(), true);
  const [columns = [], ...rows] = read;
  return { columns, rows: rows.slice(0, most), complete: rows.length <= most };
}
