import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainedLines } from '#audit/archive/audit-line.ts';
import { ChainReader } from './chain-reader.ts';

const entry = (number: number, payload: string) => ({
  ...{
    tenant_id: 't',
    id: `e${number}`,
    ts: '2026-11-24T12:00:00.123456Z',
    actor_id: null,
    actor_role: 'OPS',
  },
  ...{ action: 'tenant.updated', resource: `tenants/${number}`, request_id: 'r', payload },
  ...{ source_ip: null, user_agent: null, problem: null, changes: null },
});

function read(text: Buffer, cuts: readonly number[]) {
  const reader = new ChainReader();
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...ends, text.length]) {
    reader.push(text.subarray(start, end));
    start = end;
  }
  return { lines: reader.lines, brokenLine: reader.brokenLine, isWhole: reader.isWhole };
}

const files = fc
  .array(fc.json({ maxDepth: 1 }), { maxLength: 8 })
  .map((payloads) => chainedLines(payloads.map((payload, number) => entry(number, payload))));
const cuts = fc.array(fc.nat(5_000), { maxLength: 40 });

test('a file reads the same however it is cut', () => {
  fc.assert(
    fc.property(files, cuts, (text, at) => {
      const lines = text.toString('utf8').split('\n').length - 1;
      expect(read(text, at)).toEqual({ lines, brokenLine: undefined, isWhole: true });
    }),
  );
});

test('byte for byte, too', () => {
  const text = chainedLines([entry(1, '{}'), entry(2, '{"a": 1}'), entry(3, '{}')]);
  expect(read(text, [...text.keys()])).toEqual({ lines: 3, brokenLine: undefined, isWhole: true });
});

test('a change, insertion or removal is found in the same line, however the file is cut into chunks', () => {
  const changes: ((text: Buffer, at: number) => Buffer)[] = [
    (text, at) => Buffer.concat([text.subarray(0, at), Buffer.from('\n'), text.subarray(at)]),
    (text, at) => Buffer.concat([text.subarray(0, at), Buffer.from('x"}\n\n'), text.subarray(at)]),
    (text, at) => Buffer.concat([text.subarray(0, at), text.subarray(at + 1)]),
    (text, at) => Buffer.from(text).fill((text[at] ?? 0) ^ 1, at, at + 1),
  ];
  fc.assert(
    fc.property(
      files.filter((text) => text.length > 0),
      cuts,
      fc.nat(),
      fc.constantFrom(...changes),
      (text, cut, place, change) => {
        const at = place % text.length;
        const changed = change(text, at);
        const whole = read(changed, []);
        // A line break before another one is a line more behind this line, which is as it was.
        const same = changed.findIndex((byte, index) => byte !== text[index]);
        const line = text
          .subarray(0, same < 0 ? at : same)
          .toString('latin1')
          .split('\n').length;
        expect(whole.brokenLine ?? (whole.isWhole ? undefined : whole.lines + 1)).toBe(line);
        const cutUp = read(changed, cut);
        expect([cutUp.lines, cutUp.brokenLine]).toEqual([whole.lines, whole.brokenLine]);
      },
    ),
  );
});
