import { join } from 'node:path';

const SAFE_BYTES = new Set(Buffer.from('abcdefghijklmnopqrstuvwxyz0123456789._-'));
const NAME_LIMIT = 200;

/** Upper-case letters are encoded too: on a file system that ignores case `A` and `a` must stay two objects. */
function encodeSegment(segment: string): string {
  let encoded = '';
  for (const byte of Buffer.from(segment)) {
    encoded += SAFE_BYTES.has(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded === '' ? '%' : encoded;
}

/**
 * The relative path of an object's file: each `/` of the key is a directory, the last segment a file whose name starts
 * with `@`, so that `a` (`@a`) and `a/b` (`a/@b`) can both exist. Bytes other than `a-z 0-9 . _ -` are `%xx`, an
 * empty segment is `%`, `.` and `..` are encoded, and a name longer than 200 continues in a subdirectory marked `+`.
 * `drop/acme/shareholders/march 1.csv` is `drop/acme/shareholders/@march%201.csv`. Different keys never share a path.
 */
export function keyPath(key: string): string {
  const segments = key.split('/');
  const names = segments.flatMap((segment, index) => {
    const encoded = encodeSegment(segment);
    const pieces: string[] = [];
    for (let start = 0; start < encoded.length; start += NAME_LIMIT)
      pieces.push(encoded.slice(start, start + NAME_LIMIT));
    const last = pieces.pop() ?? '';
    const name =
      index === segments.length - 1 ? `@${last}` : /^\.\.?$/.test(last) ? last.replaceAll('.', '%2e') : last;
    return [...pieces.map((piece) => `${piece}+`), name];
  });
  return join(...names);
}
