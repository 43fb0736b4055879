import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EnvironmentSchema, parseEnvironment, readEnvironment } from '#lib/environment.ts';
import { ENVIRONMENTS, environmentNames } from '#lib/environment-names.ts';
import { EnvironmentError } from '#lib/environment-problems.ts';
import { lastingKeys, readReleased } from '#lib/released-environments.ts';
import { tablesOf } from '#lib/vestry.ts';
import { routes } from '../../shared/routes.ts';

const production = readEnvironment('acme-prod');
const local = readEnvironment('local');

const READER = { tenant: '0197a4c0-0000-7000-8000-00000000000a', account: '222222222222' };

describe('environments', () => {
  test.each(environmentNames())('%s can be used', (name) => {
    expect(readEnvironment(name).name).toBe(name);
  });

  test.each([
    ['a mock bank', { mockBank: true }],
    ['webhooks into its own network', { webhooksToLoopback: true }],
    ['unprotected data', { deletionProtection: false }],
    ['unprotected stacks', { terminationProtection: false }],
    ['a path for an origin', { corsOrigins: ['https://acme.example/'] }],
    ['any origin', { corsOrigins: ['*'] }],
    ['any port of a developer’s machine', { corsOrigins: ['http://localhost:*'] }],
    ['a bank that is called in the clear', { bank: { url: 'http://bank.example/ach', waitSeconds: 30 } }],
    ['traces in the clear', { otlpEndpoint: 'http://collector.acme.example' }],
    ['a zone of another region', { zones: ['use1-az1', 'euw1-az1'] }],
    ['a zone by its name', { zones: ['us-east-1a', 'us-east-1b'] }],
    ['a zone without proxies', { zones: ['use1-az1', 'use1-az3'] }],
    ['one zone twice', { zones: ['use1-az1', 'use1-az1'] }],
    ['alarms that reach nobody', { alarmEmail: undefined }],
    ['a period of logs that CloudWatch does not know', { logRetentionDays: 8 }],
    ['a minimum above the maximum', { database: { minAcu: 4, maxAcu: 2 } }],
    ['a contact that is no address', { security: { contact: 'security@acme.example' } }],
    ['a contact of two lines', { security: { contact: 'mailto:a@b.example\nContact: mailto:c@d.example' } }],
    ['a reader of no tenant', { archiveReaders: [{ tenant: 'acme', account: '222222222222' }] }],
    ['a reader of every tenant', { archiveReaders: [{ tenant: '*', account: '222222222222' }] }],
    ['a reader that is no account', { archiveReaders: [{ tenant: READER.tenant, account: '*' }] }],
    ['a reader twice', { archiveReaders: [READER, READER] }],
    ['its own account for a reader', { archiveReaders: [{ ...READER, account: production.account }] }],
    [
      'more readers than a policy has room for',
      {
        archiveReaders: Array.from({ length: 21 }, (_, n) => ({
          ...READER,
          account: String(200_000_000_000 + n),
        })),
      },
    ],
    ['more of a user than of their tenant', { requestQuotas: { reads: { user: 3_001 } } }],
    ['a quota that lets nobody in', { requestQuotas: { reports: { user: 0 } } }],
    ['a class of requests that does not exist', { requestQuotas: { writing: { user: 5 } } }],
    ['an option that does not exist', { mockBanc: false }],
  ])('production refuses %s', (_, change) => {
    expect(EnvironmentSchema.safeParse({ ...production, ...change }).success).toBe(false);
  });

  test.each([
    ['eu-central-1', 'euc1'],
    ['ap-southeast-2', 'apse2'],
    ['ca-west-1', 'caw1'],
  ])('%s has zones that begin with %s', (region, prefix) => {
    const zones = [`${prefix}-az1`, `${prefix}-az2`];
    expect(EnvironmentSchema.safeParse({ ...production, region, zones }).success).toBe(true);
  });

  test('an environment elsewhere may have a mock bank', () => {
    expect(EnvironmentSchema.safeParse({ ...local, mockBank: true }).success).toBe(true);
  });

  test.each(['../local', 'Local', 'nowhere'])('%s is no environment', (name) => {
    expect(() => readEnvironment(name)).toThrow(`there is no environment ${name}`);
  });

  test('a misspelt name is told the right one', () => {
    expect(() => readEnvironment('acme-prd')).toThrow('did you mean acme-prod?');
  });

  test('without a mock bank its functions are left out', () => {
    const [route] = routes;
    if (route === undefined) throw new Error('there are no routes');
    const bank = { ...route, operationId: 'receivePayment', sandbox: true };
    const tables = { routes: [route, bank], jobs: [] };
    expect(tablesOf(local, tables).routes).toEqual([route, bank]);
    expect(tablesOf(production, tables).routes).toEqual([route]);
  });
});

describe('an environment that was released stays what it is', () => {
  const of = ({ name, ...keys }: typeof local) => ({ [name]: lastingKeys(keys) });

  test.each<[string, Partial<typeof local>, string]>([
    ['small', { small: true }, 'small: can’t'],
    ['zones', { zones: ['use1-az1', 'use1-az4'] }, 'zones: can’t'],
  ])('%s', (_, before, line) => {
    const released = of({ ...local, ...before });
    expect(() => readEnvironment('local', ENVIRONMENTS, released)).toThrow(
      `${line.replace('’', "'")} change once the environment exists`,
    );
  });

  test('in nothing else, and only under its name', () => {
    expect(readEnvironment('local', ENVIRONMENTS, of({ ...local, corsOrigins: [] })).name).toBe('local');
    expect(readEnvironment('local', ENVIRONMENTS, of({ ...local, name: 'other', small: true })).name).toBe(
      'local',
    );
  });

  test('the environments of the last release are recorded', () => {
    expect(Object.keys(readReleased())).toEqual(expect.arrayContaining(['acme-prod', 'staging']));
  });
});

describe('a bad file is told by its name, the key and what to do', () => {
  const text = readFileSync(join(ENVIRONMENTS, 'acme-prod.json'), 'utf8');

  function refusal(change: (text: string) => string): string {
    const changed = change(text);
    expect(changed).not.toBe(text);
    try {
      parseEnvironment('config/environments/acme-prod.json', changed);
    } catch (error) {
      if (error instanceof EnvironmentError) return error.message;
      throw error;
    }
    throw new Error('the file was accepted');
  }

  test.each<[string, (text: string) => string, string[]]>([
    [
      'a missing key',
      (file) => file.replace(/ *"region".*\n/, ''),
      ['region: is missing; add the region of AWS, such as "us-east-1"'],
    ],
    [
      'a misspelt key',
      (file) => file.replace('"mockBank"', '"mockBanc"'),
      ['mockBanc: there is no such key; did you mean mockBank?'],
    ],
    [
      'a key that means nothing',
      (file) => file.replace('{', '{ "colour": "red",'),
      [
        `colour: there is no such key; remove it, or write one of ${Object.keys(EnvironmentSchema.shape).join(', ')}`,
      ],
    ],
    [
      'a misspelt key within another',
      (file) => file.replace('"minAcu"', '"minAcus"'),
      ['database.minAcu: is missing; add it', 'database.minAcus: there is no such key; remove it'],
    ],
    [
      'production with a mock bank',
      (file) => file.replace('"mockBank": false', '"mockBank": true'),
      ['mockBank: a production environment has no mock bank: set it, or production, to false'],
    ],
    [
      'an account of eleven digits',
      (file) => file.replace('"111111111111"', '"11111111111"'),
      ['account: must be the twelve digits of an AWS account'],
    ],
    [
      'two wrong keys',
      (file) => file.replace('"us-east-1"', '"virginia"').replace('365', '364'),
      ['region: must be a region of AWS', 'logRetentionDays: CloudWatch knows no such period; it knows 1, 3'],
    ],
    ['no object', () => '[]', ['the file: ']],
  ])('%s', (_, change, lines) => {
    const [first, ...rest] = refusal(change).split('\n');
    expect(first).toBe("config/environments/acme-prod.json can't be used:");
    expect(rest).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) expect(rest[index]).toContain(`  ${line}`);
  });

  test.each<[string, (text: string) => string, string]>([
    ['a comma too many', (file) => file.replace(/\}\s*$/, ',}'), 'line 19, column'],
    ['a missing value', (file) => file.replace('true', ''), 'line 7, column'],
    ['an open end', (file) => file.slice(0, 60), 'line 4, column'],
    [
      'a key twice',
      (file) => file.replace('"tenancy"', '"name": "other", "tenancy"'),
      "line 6, column 4: Duplicate key 'name'",
    ],
    ['nothing', () => '', 'line 1, column 1'],
  ])('%s is told with its line', (_, change, where) => {
    expect(refusal(change)).toContain(`config/environments/acme-prod.json is not JSON: ${where}`);
  });
});
