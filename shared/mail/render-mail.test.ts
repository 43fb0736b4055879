import { describe, expect, test } from 'vitest';
import { Mail } from './mail-message.ts';
import { renderMail } from './render-mail.ts';

/** One of each kind: a kind that is missing fails the first test. */
const MAILS: readonly Mail[] = [
  {
    kind: 'invitation',
    to: 'ada@acme.example',
    tenant: 'Acme',
    url: 'https://vestry.example/password#invitation=a.b',
    role: 'OPS',
    hours: 72,
  },
  {
    kind: 'password-reset',
    to: 'ada@acme.example',
    tenant: 'Acme',
    url: 'https://vestry.example/password#reset=a.b',
    minutes: 60,
  },
  { kind: 'password-changed', to: 'ada@acme.example', tenant: 'Acme', at: '2026-11-27T10:15:30.000Z' },
  { kind: 'second-factor-changed', to: 'ada@acme.example', tenant: 'Acme', at: '2026-11-27T10:15:30.000Z' },
  {
    kind: 'new-sign-in',
    to: 'ada@acme.example',
    tenant: 'Acme',
    at: '2026-11-27T10:15:30.000Z',
    device: 'Firefox on Windows',
    address: '203.0.113.7',
  },
  {
    kind: 'approval-waiting',
    to: 'ada@acme.example',
    tenant: 'Acme',
    at: '2026-11-27T10:15:30.000Z',
    change: 'A payment',
  },
  {
    kind: 'payee-account',
    to: 'ada@acme.example',
    tenant: 'Acme',
    at: '2026-11-27T10:15:30.000Z',
    last4: '6789',
  },
];

test('there is an example of each kind', () => {
  const kinds = Mail.options.map(({ shape }) => shape.kind.value);
  expect(MAILS.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
});

describe.each(MAILS)('$kind', (mail) => {
  test('says in text what it says in HTML, with the same link', () => {
    const { subject, text, html } = renderMail(mail);
    expect(subject).toContain('Vestry');
    const seen = html.replace(/<[^>]+>/g, '\n').replaceAll('&#39;', "'");
    for (const paragraph of text.split('\n\n').filter((line) => !/^(-- |https:)/.test(line)))
      expect(seen).toContain(paragraph.trim());
    if ('url' in mail) {
      expect(text).toContain(`\n${mail.url}\n`);
      expect(html).toContain(`href="${mail.url}"`);
    }
  });

  test('gives what it was given neither a line, a header nor an element of its own', () => {
    const hostile = 'x\r\nBcc: thief@evil.example\r\n\r\n</p><script>alert(1)</script>"&\u2028y';
    const spoilt = Object.fromEntries(
      Object.entries(mail).map(([name, value]) => [
        name,
        typeof value === 'string' && name !== 'kind' ? hostile : value,
      ]),
    ) as unknown as Mail;
    const { subject, text, html } = renderMail(spoilt);
    expect(subject).not.toMatch(/[\r\n\u2028]/);
    expect(text).not.toMatch(/^Bcc:/m);
    expect(html).not.toContain('<script>');
    expect(html.match(/<(?!\/?(p|a|html|body)\b|!doctype)/g)).toBeNull();
  });
});
