import { dayWrittenIn } from '#kernel/calendar.ts';
import type { Mail } from './mail-message.ts';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mail before it is text and HTML: a subject, paragraphs, and the link that it is about. */
interface Written {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly link?: { readonly url: string; readonly label: string };
}

type Writers = { readonly [K in Mail['kind']]: (mail: Extract<Mail, { kind: K }>) => Written };

const WRITERS: Writers = {
  invitation: ({ tenant, role, url, hours }) => ({
    subject: `Your access to ${tenant} at Vestry`,
    paragraphs: [
      `You have been invited to Vestry as a user of ${tenant}, with the role ${role}.`,
      `Follow the link to set your password. It works once, and for ${hours} hours; after that, ask whoever invited you for another.`,
      'If you expected no invitation, do nothing: nobody gets in without the link.',
    ],
    link: { url, label: 'Set your password' },
  }),
  'password-reset': ({ tenant, url, minutes }) => ({
    subject: `Another password for ${tenant} at Vestry`,
    paragraphs: [
      `Somebody has asked for another password for your access to ${tenant} at Vestry.`,
      `Follow the link to set it. It works once, and for ${minutes} minutes; a newer one replaces it. All your sessions end then.`,
      'If it was not you, do nothing: your password stays as it is.',
    ],
    link: { url, label: 'Set another password' },
  }),
  'password-changed': ({ tenant, at }) => ({
    subject: `Your password for ${tenant} at Vestry was changed`,
    paragraphs: [
      `The password of your access to ${tenant} at Vestry was changed ${instant(at)}. Your other sessions have ended.`,
      NOT_YOU,
    ],
  }),
  'second-factor-changed': ({ tenant, at }) => ({
    subject: `Your second factor for ${tenant} at Vestry was changed`,
    paragraphs: [
      `The second factor of your access to ${tenant} at Vestry, or its recovery codes, were set, replaced or removed ${instant(at)}.`,
      NOT_YOU,
    ],
  }),
  'new-sign-in': ({ tenant, at, device, address }) => ({
    subject: `A new sign-in to ${tenant} at Vestry`,
    paragraphs: [
      `Somebody has signed in to your access to ${tenant} at Vestry ${instant(at)}, by ${device}, from the address ${address}. You have not signed in like this before.`,
      NOT_YOU,
    ],
  }),
  'approval-waiting': ({ tenant, at, change }) => ({
    subject: `A change at ${tenant} at Vestry waits for a second person`,
    paragraphs: [
      `${change} at ${tenant} waits for a second person since it was proposed ${instant(at)}, and you may decide on it.`,
      'Look at it in your inbox of approvals, with what it would change, before you approve or deny it. This mail has no link, so that nobody can imitate one.',
    ],
  }),
  'payee-account': ({ tenant, at, last4 }) => ({
    subject: `A bank account for your payments from ${tenant} at Vestry was entered`,
    paragraphs: [
      `A bank account whose number ends in ${last4} was entered for your payments from ${tenant} ${instant(at)}. Once it is approved, they go into it.`,
      `If you have not asked for that, tell ${tenant} at once, by a way that you have used before. This mail has no link, so that nobody can imitate one.`,
    ],
  }),
};

const NOT_YOU =
  'If it was not you, set another password at once, and tell an administrator of yours. This mail has no link, so that nobody can imitate one.';

/** `2026-11-27T10:15:30.000Z` → `on 2026-11-27 at 10:15 UTC`. */
function instant(at: string): string {
  return `on ${dayWrittenIn(at)} at ${at.slice(11, 16)} UTC`;
}

/** Renders a mail as plain text and as HTML of the simplest kind. Whatever names or links it was given, neither gets a line or an element of its own. */
export function renderMail(mail: Mail): RenderedMail {
  const write = WRITERS[mail.kind] as (mail: Mail) => Written;
  const { subject, paragraphs, link } = write(mail);
  const lines = paragraphs.map(oneLine);
  const text = [...lines, ...(link === undefined ? [] : [oneLine(link.url)]), '-- \nVestry'].join('\n\n');
  const elements = [
    ...lines.map((line) => `<p>${escaped(line)}</p>`),
    ...(link === undefined
      ? []
      : [`<p><a href="${escaped(oneLine(link.url))}">${escaped(link.label)}</a></p>`]),
  ];
  const html = `<!doctype html>\n<html lang="en"><body>\n${elements.join('\n')}\n</body></html>\n`;
  return { subject: oneLine(subject), text: `${text}\n`, html };
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
