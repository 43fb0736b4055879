import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const RUNBOOKS = join(REPOSITORY, 'docs/runbooks');

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const rehearsal = (name: string): string => `tests/e2e/runbooks/${name}.rehearsal.ts`;
const ON_THE_PLATFORM = 'tests/e2e/runbooks.test.ts';

/** Each runbook with the tests that cause its incident and follow it to its end. */
const REHEARSALS: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  'archive-readers.md': [
    [
      'tests/infrastructure/retention.test.ts',
      'the runbook lets a customer read and list its days, and nothing once the pair is removed',
    ],
  ],
  'audit-verification.md': [
    [rehearsal('audit-verification'), 'an object is altered: its record is named, the tenant is held'],
    [rehearsal('audit-verification'), 'a digest is overwritten: the night’s job fails'],
    [rehearsal('audit-verification'), 'the exporter is behind: the transaction that keeps it is named'],
  ],
  'bank-reconciliation.md': [
    [rehearsal('bank-reconciliation'), 'an entry matches nothing of ours'],
    [rehearsal('bank-reconciliation'), 'the bank doesn’t know a payment'],
    [rehearsal('bank-reconciliation'), 'a statement is missing'],
  ],
  'dlq-redrive.md': [
    [ON_THE_PLATFORM, 'a message that failed for good is looked at'],
    [ON_THE_PLATFORM, 'so it is by the commands of AWS'],
  ],
  'drop-folder.md': [[ON_THE_PLATFORM, 'a key is issued as it stands there']],
  'edge.md': [
    ['tests/infrastructure/edge.test.ts', 'somebody changes the value of the key, and everybody is refused'],
    [
      'tests/infrastructure/edge.test.ts',
      'its record is put back, and its certificate is validated or replaced',
    ],
  ],
  'failed-upload.md': [[ON_THE_PLATFORM, 'a file that can’t be read is told why']],
  'failing-functions.md': [
    [rehearsal('failing-functions'), 'one route fails: it is named'],
    [rehearsal('failing-functions'), 'one route waits for a lock'],
    [rehearsal('failing-functions'), 'all of them: the database is away'],
  ],
  'key-rotation.md': [
    [rehearsal('key-rotation'), 'a signing key has leaked'],
    [rehearsal('key-rotation'), 'the field key has leaked'],
  ],
  'lost-identity-provider.md': [
    [rehearsal('lost-identity-provider'), 'its keys change'],
    [rehearsal('lost-identity-provider'), 'it is down: two people who still have sessions'],
    [rehearsal('lost-identity-provider'), 'it is down, and nobody else gets in'],
  ],
  'lost-second-factor.md': [
    [rehearsal('lost-second-factor'), 'a telephone is lost'],
    [
      rehearsal('lost-second-factor'),
      'where the only %s has lost it, the only %s proposes it and an operator approves',
    ],
    [rehearsal('lost-second-factor'), 'an operator who has lost theirs is bootstrapped again'],
  ],
  'restore.md': [
    ['tests/e2e/restore.test.ts', 'a platform is restored from its backup, goes on, and pays nothing twice'],
  ],
  'security-alarms.md': [[ON_THE_PLATFORM, 'who tries what is shown with the address that it comes from']],
  'stuck-disbursement.md': [
    [ON_THE_PLATFORM, 'a bank that says nothing: the payment is named'],
    [
      rehearsal('stuck-disbursement'),
      'a payment waits for a second person, and its payee is refused meanwhile',
    ],
    [rehearsal('stuck-disbursement'), 'a restart by hand is harmless'],
    [rehearsal('stuck-disbursement'), 'payments come back: they are listed with their codes'],
    [rehearsal('stuck-disbursement'), 'the bank has had a payment for a week without a word'],
    [rehearsal('stuck-disbursement'), 'the bank says nothing of a file'],
  ],
  'tenant-offboarding.md': [[ON_THE_PLATFORM, 'a tenant that was suspended is held, closed, exported']],
};

const documents = globSync('*.md', { cwd: RUNBOOKS })
  .filter((name) => name !== 'README.md')
  .toSorted();

test('every runbook has a rehearsal, and every rehearsal a runbook', () => {
  expect(Object.keys(REHEARSALS).toSorted()).toEqual(documents);
  const listed = [...read('docs/runbooks/README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name);
  expect([...new Set(listed)].toSorted()).toEqual(documents);
});

describe.each(documents)('%s', (document) => {
  test.each(REHEARSALS[document] ?? [])('%s: %s', (file, title) => {
    const text = read(file);
    expect(text).toContain(title);
    // Steps are taken out of the runbook, so that one that is edited wrongly fails.
    expect(text).toMatch(new RegExp(`'${document.replace('.', '\\.')}'`));
  });
});

test('every rehearsal of a file of its own is run', () => {
  const run = read(ON_THE_PLATFORM);
  const files = globSync('tests/e2e/runbooks/*.rehearsal.ts', { cwd: REPOSITORY }).map((path) =>
    basename(path),
  );
  expect(files.filter((name) => !run.includes(`./runbooks/${name}`))).toEqual([]);
});
