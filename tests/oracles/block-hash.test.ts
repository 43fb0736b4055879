import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { blockHash } from './block-hash.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test.each([0, 1, 999, 1000, 1001, 2500])('%i lines', (count) => {
  const lines = Array.from({ length: count }, (_, index) => `line ${index}`);
  const blocks: string[] = [];
  for (let start = 0; start < count; start += 1000)
    blocks.push(
      sha256(
        lines
          .slice(start, start + 1000)
          .map((line) => `${line}\n`)
          .join(''),
      ),
    );
  expect(blockHash(lines)).toBe(sha256(blocks.map((block) => `${block}\n`).join('')));
});

test('the order counts', () => {
  expect(blockHash(['a', 'b'])).not.toBe(blockHash(['b', 'a']));
});
