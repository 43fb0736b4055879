import { expect, test } from 'vitest';
import { type ClientMessage, ClientMessages } from './client-messages.ts';

const MAX_TEXT_BYTES = 64;

function message(type: string, ...parts: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)),
  );
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

const long = 'x'.repeat(1_000);
const stream = Buffer.concat([
  message('p', 'a password, select 1'),
  message('Q', 'begin'),
  message('P', 'name', 'select $1', Buffer.from([0, 1, 0, 0, 0, 25])),
  message('B', 'portal', 'name', Buffer.from([0, 0, 0, 1, 0, 0, 0, 3, 65, 66, 67, 0, 0])),
  message('d', Buffer.from(`Q\0\0\0\0${long}`)),
  message('S'),
  message('P', '', long, Buffer.from([0, 0])),
  message('B', '', '', Buffer.from([0, 0, 0, 0, 0, 0])),
  message('Q', 'commit'),
]);

const expected: ClientMessage[] = [
  { kind: 'query', text: 'begin', bytes: 5 },
  { kind: 'parse', name: 'name', text: 'select $1', bytes: 9 },
  { kind: 'bind', statement: 'name' },
  { kind: 'parse', name: '', text: expect.stringMatching(/^x+$/), bytes: expect.any(Number) },
  { kind: 'bind', statement: '' },
  { kind: 'query', text: 'commit', bytes: 6 },
];

test.each([1, 2, 3, 7, 64, 1_000, 1_000_000])('a stream in chunks of %i bytes', (size) => {
  const received: ClientMessage[] = [];
  const messages = new ClientMessages(MAX_TEXT_BYTES, (each) => void received.push(each));
  for (let at = 0; at < stream.length; at += size) messages.read(stream.subarray(at, at + size));
  expect(received).toEqual(expected);
  const [, , , cut] = received;
  expect(cut?.kind === 'parse' && cut.bytes).toBeGreaterThan(MAX_TEXT_BYTES);
});
