import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEnvironment, readEnvironment } from '#lib/environment.ts';
import { environmentText, type NewEnvironment } from './environment-text.ts';

const FILE = 'config/environments/trial.json';
const ACCOUNT = '222222222222';
const trial: NewEnvironment = {
  ...{ name: 'trial', account: ACCOUNT, production: false, siloed: false, mockBank: true },
};

describe('the text of a new environment', () => {
  test('is a file that can be used', () => {
    expect(parseEnvironment(FILE, environmentText(FILE, trial))).toMatchObject({
      ...{ name: 'trial', account: ACCOUNT, region: 'us-east-1', zones: ['use1-az1', 'use1-az2'] },
      ...{ production: false, mockBank: true, deletionProtection: false, corsOrigins: [] },
    });
  });

  test('is small if that was asked for', () => {
    expect(parseEnvironment(FILE, environmentText(FILE, { ...trial, small: true }))).toMatchObject({
      small: true,
    });
    expect(parseEnvironment(FILE, environmentText(FILE, trial))).toMatchObject({ small: false });
  });

  test('has its own domain if that was asked for, whose console knows the bucket that takes its files', () => {
    const options = { ...trial, domain: 'equity.acme.example', hostedZone: 'Z0123456789ABCDEFGHIJ' };
    expect(parseEnvironment(FILE, environmentText(FILE, options))).toMatchObject({
      edge: { domain: 'equity.acme.example', hostedZoneId: 'Z0123456789ABCDEFGHIJ', keys: [1] },
      uploadsBucketName: `vestry-${trial.name}-uploads-${trial.account}`,
    });
    expect(parseEnvironment(FILE, environmentText(FILE, trial)).edge).toBeUndefined();
  });

  test('protects production', () => {
    const change = { production: true, mockBank: false, siloed: true, alarmEmail: 'ops@a.example' };
    const options = { ...trial, ...change };
    expect(parseEnvironment(FILE, environmentText(FILE, options))).toMatchObject({
      ...{ production: true, mockBank: false, tenancy: 'siloed' },
      ...{ deletionProtection: true, terminationProtection: true, logRetentionDays: 365 },
    });
  });

  test.each<[string, Partial<NewEnvironment>, string]>([
    ['a name that is too short', { name: 'ab' }, 'the name ab must be 3 to 16 of a-z, 0-9 and -'],
    ['a name with capitals', { name: 'Trial' }, 'the name Trial must be'],
    ['a name that leads elsewhere', { name: '../trial' }, 'the name ../trial must be'],
    ['the name of the local platform', { name: 'local' }, 'is what npm start runs'],
    ['no account', { account: undefined }, 'say which AWS account it is for: --account'],
    ['a bad account', { account: '12' }, 'account: must be the twelve digits of an AWS account'],
    ['a bad region', { region: 'virginia' }, 'region: must be a region of AWS'],
    [
      'production with a mock bank',
      { production: true },
      'mockBank: a production environment has no mock bank',
    ],
    [
      'small production',
      { production: true, mockBank: false, alarmEmail: 'ops@a.example', small: true },
      'small: a production environment has a proxy',
    ],
    [
      'zones of another region',
      { zones: ['use2-az1', 'use1-az1'] },
      'zones: use2-az1 is not a zone id of us-east-1',
    ],
    ['a domain without its zone', { domain: 'a.example' }, 'a domain needs the zone'],
    ['a zone without a domain', { hostedZone: 'Z0123456789' }, 'a domain needs the zone'],
    ['a bad domain', { domain: 'a', hostedZone: 'Z0123456789' }, 'edge.domain: must be a domain'],
    ['an origin with a path', { origins: ['https://a.example/x'] }, 'corsOrigins.0: must be an exact origin'],
    ['production whose alarms reach nobody', { production: true, mockBank: false }, 'alarmEmail: '],
    ['a bad mail address', { alarmEmail: 'nobody' }, 'alarmEmail: '],
  ])('refuses %s', (_, change, message) => {
    expect(() => environmentText(FILE, { ...trial, ...change })).toThrow(message);
  });
});

describe('npm run env:new', () => {
  let directory: string;
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'new-environment.ts'), ...args], {
      encoding: 'utf8',
    });

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'environments-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('writes a file that can be read, and never overwrites it', () => {
    const args = ['trial', '--account', ACCOUNT, '--origin', 'https://a.example', '--directory', directory];
    const { status, stdout, stderr } = run(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('npx cdk synth -c env=trial');
    expect(readEnvironment('trial', directory).corsOrigins).toEqual(['https://a.example']);
    const written = readFileSync(join(directory, 'trial.json'), 'utf8');
    const again = run(...args, '--region', 'eu-west-1');
    expect(again.status).toBe(1);
    expect(again.stderr).toMatch(/trial\.json exists: edit it, or choose another name\n$/);
    expect(readFileSync(join(directory, 'trial.json'), 'utf8')).toBe(written);
  });

  test('refuses without a stack trace, and writes nothing', () => {
    const before = readdirSync(directory);
    const { status, stderr } = run('Bad', '--account', ACCOUNT, '--directory', directory);
    expect(status).toBe(1);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toContain('the name Bad must be 3 to 16');
    expect(readdirSync(directory)).toEqual(before);
  });

  test('--help tells every option', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const option of [
      'account',
      'region',
      'zone',
      'production',
      'siloed',
      'no-mock-bank',
      'domain',
      'hosted-zone',
      'origin',
      'alarm-email',
    ])
      expect(stdout).toContain(`--${option}`);
  });
});
