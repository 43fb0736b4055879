import { expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { CONTACT_CHECKED, securityTxt, TRUSTED_FOR_DAYS } from './security-txt.ts';

/** Researchers who read the file late still have this long to write. */
const LEFT_AT_LEAST_DAYS = 60;
const EXPIRES = /^Expires: (\d{4}-\d\d-\d\d)T00:00:00\.000Z$/m;

test('names the contact, the policy and its own address', () => {
  const text = securityTxt({
    contact: 'https://acme.example/report',
    policy: 'https://acme.example/SECURITY.md',
    domain: 'equity.acme.example',
  });
  expect(text.replace(EXPIRES, 'Expires: then')).toBe(
    [
      'Contact: https://acme.example/report',
      'Expires: then',
      'Preferred-Languages: en',
      'Canonical: https://equity.acme.example/.well-known/security.txt',
      'Policy: https://acme.example/SECURITY.md',
      '',
    ].join('\n'),
  );
});

test('has the mailbox of its domain when no other contact is known', () => {
  expect(securityTxt({ domain: 'equity.acme.example' })).toMatch(
    /^Contact: mailto:security@equity\.acme\.example$/m,
  );
});

test('claims no address and no policy that it does not know', () => {
  const text = securityTxt({});
  expect(text).toMatch(/^Contact: mailto:\S+@\S+$/m);
  expect(text).not.toMatch(/^(Canonical|Policy):/m);
});

test(`expires in less than a year of the last check, and not within ${LEFT_AT_LEAST_DAYS} days`, () => {
  expect(TRUSTED_FOR_DAYS).toBeLessThan(365);
  const [, expires = ''] = EXPIRES.exec(securityTxt({})) ?? [];
  expect(expires).toBe(addDays(CONTACT_CHECKED, TRUSTED_FOR_DAYS));
  const soon = addDays(dayOf(new Date()), LEFT_AT_LEAST_DAYS);
  expect(expires > soon, 'Make sure that the contact answers, and move CONTACT_CHECKED to today.').toBe(true);
});
