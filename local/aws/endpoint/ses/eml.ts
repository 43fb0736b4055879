import { randomBytes } from 'node:crypto';

export interface SentMail {
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly at: Date;
}

/** A line of base64 has at most 76 characters (RFC 2045, 6.8). */
const LINE = /.{1,76}/g;
/** An encoded word has at most 75 characters (RFC 2047, 2), of which 45 bytes in base64 take 60. */
const WORD_BYTES = 45;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Returns the text of a message as SES sends it (RFC 5322): one line for each header, whatever is in the values. */
export function renderEml(mail: SentMail): string {
  const parts = [
    ...(mail.text === undefined ? [] : [partOf('text/plain', mail.text)]),
    ...(mail.html === undefined ? [] : [partOf('text/html', mail.html)]),
  ];
  const boundary = `=_${randomBytes(16).toString('hex')}`;
  const headers = [
    ['From', mail.from],
    ['To', mail.to.join(', ')],
    ['Subject', mail.subject],
    ['Date', mail.at.toUTCString().replace('GMT', '+0000')],
    ['Message-ID', `<${mail.messageId}@email.amazonses.com>`],
    ...mail.headers,
    ['MIME-Version', '1.0'],
    ['Content-Type', `multipart/alternative; boundary="${boundary}"`],
  ].map(([name = '', value = '']) => `${name}: ${encodedHeader(value)}`);
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return `${headers.join('\r\n')}\r\n\r\n${body}--${boundary}--\r\n`;
}

function partOf(type: string, text: string): string {
  const lines = Buffer.from(text, 'utf8').toString('base64').match(LINE) ?? [];
  return [`Content-Type: ${type}; charset=UTF-8`, 'Content-Transfer-Encoding: base64', '', ...lines].join(
    '\r\n',
  );
}

/** Text beyond ASCII, and whatever could end a line, is written as encoded words. */
function encodedHeader(value: string): string {
  if (PRINTABLE.test(value)) return value;
  const words: string[] = [];
  let word = '';
  for (const character of value) {
    if (Buffer.byteLength(word + character) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((text) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`).join('\r\n ');
}
