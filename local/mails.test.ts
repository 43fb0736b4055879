import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listMails, showMail } from './mails.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'vestry-mails-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Writes a mail as the endpoint of SES does. */
function send(id: string, subject: readonly string[], at: string): void {
  const lines = [
    'From: no-reply@vestry.localhost',
    'To: ada@acme.example',
    `Subject: ${subject.join('\r\n ')}`,
    `Date: ${at}`,
    'Content-Type: multipart/alternative; boundary="=_b"',
    '',
    '--=_b',
    'Content-Type: text/plain; charset=UTF-8',
    'Content-Transfer-Encoding: base64',
    '',
    base64('Follow the link – it works once.\n'),
    '--=_b--',
    '',
  ];
  mkdirSync(join(dataDir, 'mails'), { recursive: true });
  writeFileSync(join(dataDir, 'mails', `${at.replace(/[:.]/g, '-')}-${id}.eml`), lines.join('\r\n'));
}

test('mails are listed by what people look for, the newest first, and shown by their id', () => {
  expect(listMails(dataDir)).toBe('no mail has been sent');
  const words = ['Ihr Zugang ', 'für später'].map((word) => `=?UTF-8?B?${base64(word)}?=`);
  send('aaaa1111-0000', words, '2026-11-27T10:00:00.000Z');
  send('bbbb2222-0000', ['Second'], '2026-11-27T11:00:00.000Z');
  const lines = listMails(dataDir).split('\n');
  expect(lines[0]).toMatch(/^bbbb2222 .* ada@acme\.example {2}Second$/);
  expect(lines[1]).toContain('  Ihr Zugang für später');
  expect(showMail(dataDir, 'bbbb2222')).toContain('\n\nFollow the link – it works once.\n');
  expect(() => showMail(dataDir, 'cccc')).toThrow('0 mails have the id cccc');
});
