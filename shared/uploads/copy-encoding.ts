import type { UploadRow } from '#uploads/upload-row.ts';

/** What COPY's text format gives a meaning. The other control characters never pass validation. */
const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = new RegExp(SPECIAL, 'g');
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * The accepted rows of a batch in Postgres COPY text format (line, external_ref, name, email, holdings), one text per
 * partition. All rows of one `external_ref` are in one partition, so partitions can load over separate connections.
 */
export function copyText(rows: readonly UploadRow[], partitions = 1): string[] {
  const texts = new Array<string>(partitions).fill('');
  for (const { line, values, error } of rows) {
    if (error !== undefined) continue;
    const ref = values.external_ref;
    const email = values.email === null ? '\\N' : escaped(values.email);
    const row = `${line}\t${escaped(ref)}\t${escaped(values.name)}\t${email}\t${values.holdings}\n`;
    const partition = partitions === 1 ? 0 : partitionOf(ref, partitions);
    texts[partition] += row;
  }
  return texts;
}

/** FNV-1a over UTF-16 units, reduced to 0 … partitions - 1. */
export function partitionOf(externalRef: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < externalRef.length; at += 1) {
    hash = Math.imul(hash ^ externalRef.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (character) => ESCAPES[character] as string) : text;
}
