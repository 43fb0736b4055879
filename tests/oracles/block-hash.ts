import { createHash } from 'node:crypto';

const LINES_PER_BLOCK = 1_000;

/**
 * A hash of a long list of lines that the database can compute in bounded memory, and a reader with pages: the lines, each
 * with its `\n`, are cut into blocks of a thousand, and the hash is the SHA-256 of the blocks' SHA-256, each written in
 * hexadecimal with `\n`. What `split -l 1000` and `sha256sum` make of a file, read in order.
 */
export function blockHash(lines: Iterable<string>): string {
  const blocks = createHash('sha256');
  let block = createHash('sha256');
  let count = 0;
  for (const line of lines) {
    block.update(`${line}\n`);
    count += 1;
    if (count % LINES_PER_BLOCK !== 0) continue;
    blocks.update(`${block.digest('hex')}\n`);
    block = createHash('sha256');
  }
  if (count % LINES_PER_BLOCK !== 0) blocks.update(`${block.digest('hex')}\n`);
  return blocks.digest('hex');
}
