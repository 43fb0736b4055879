import { isAllowed } from 'template-runner/policy';
import { readPlatformModel } from 'template-runner/templates';
import { describe, expect, test } from 'vitest';
import { objectKey } from '#audit/archive/digest.ts';
import { archivePrefix } from '#contracts/archive-keys.ts';
import { EnvironmentSchema, readEnvironment } from '#lib/environment.ts';
import { type Tables, tablesOf } from '#lib/vestry.ts';
import { daysOf, retentionPolicy } from '#retention/retention-policy.ts';
import { blocks, section } from '#tests/support/runbook.ts';
import { Synthesised, type TemplateProperties } from './synthesised.ts';

const environment = readEnvironment('acme-prod');
const policy = retentionPolicy(environment.retentionYears);
const buckets = Synthesised.of(environment)
  .ofType('AWS::S3::Bucket')
  .map(({ Properties }) => Properties);

/** The rules of a prefix, as one: what ends its objects, and what moves them. */
function ruleOf(bucket: TemplateProperties | undefined, prefix: string): TemplateProperties {
  const rules = bucket?.LifecycleConfiguration.Rules as TemplateProperties[];
  return Object.assign({}, ...rules.filter((rule) => rule.Prefix === prefix));
}

test('an object of any size moves to a class that is read without a restore, and an empty one ends too', () => {
  const rules = buckets.flatMap(
    (bucket) => (bucket.LifecycleConfiguration?.Rules ?? []) as TemplateProperties[],
  );
  const moving = rules.filter((rule) => 'Transitions' in rule);
  expect(moving.length).toBeGreaterThanOrEqual(4);
  for (const rule of moving) {
    expect(rule.Transitions.map((one: TemplateProperties) => one.StorageClass)).toEqual(['GLACIER_IR']);
    expect(rule).toMatchObject({ ObjectSizeGreaterThan: 0 });
    expect(rule).not.toHaveProperty('ExpirationInDays');
  }
});

describe('the buckets keep by the policy that the purge erases by', () => {
  const audit = buckets.find(({ ObjectLockEnabled }) => ObjectLockEnabled === true);
  const uploads = buckets.find((bucket) => 'NotificationConfiguration' in bucket);
  const archived = { StorageClass: 'GLACIER_IR', TransitionInDays: policy.archiveAfterDays };

  test('what is exported of the audit trail can be changed by nobody, and ends with its lock', () => {
    expect(audit?.ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: daysOf(policy.auditYears) } },
    });
    expect(ruleOf(audit, 'audit/')).toMatchObject({
      ExpirationInDays: daysOf(policy.auditYears),
      Transitions: [archived],
    });
    expect(audit?.LoggingConfiguration).toBeDefined();
  });

  test('files as they came move to Glacier and are kept for years; refused rows go with what uploads quote of them', () => {
    for (const prefix of ['incoming/', 'drop/', 'ach/'])
      expect(ruleOf(uploads, prefix)).toMatchObject({
        ExpirationInDays: daysOf(policy.fileYears),
        Transitions: [archived],
      });
    expect(ruleOf(uploads, 'errors/')).toMatchObject({ ExpirationInDays: policy.errorsDays });
  });
});

test('the local buckets move objects by the rules of the template', () => {
  const { buckets: local } = readPlatformModel(Synthesised.of(readEnvironment('local')).assembly.directory, {
    typesWithoutEffect: ['Custom::Console', 'Custom::Migration'],
  });
  const moving = local.flatMap(({ transitions = [] }) => transitions);
  expect(moving.map(({ prefix }) => prefix).sort()).toEqual(['ach/', 'audit/', 'drop/', 'incoming/']);
  for (const rule of moving)
    expect(rule).toMatchObject({
      ...{ largerThanBytes: 0, storageClass: 'GLACIER_IR', afterDays: policy.archiveAfterDays },
    });
});

describe('the archive of a tenant', () => {
  const [a, b] = ['0197a4c0-0000-7000-8000-00000000000a', '0197a4c0-0000-7000-8000-00000000000b'] as const;
  const [ofA, ofB, stranger] = ['222222222222', '333333333333', '444444444444'] as const;
  const local = readEnvironment('local');
  const readers = Array.from({ length: 18 }, (_, n) => ({
    tenant: `0197a4c0-0000-7000-8000-${String(n).padStart(12, '0')}`,
    account: String(500_000_000_000 + n),
  }));
  const archiveReaders = [{ tenant: a, account: ofA }, { tenant: b, account: ofB }, ...readers];
  const auditBucketName = 'the-archive';
  /** The readers of the archive stand in its bucket and its key, which are made in a tenth of the time without routes and jobs. */
  const bare: Tables = { routes: [], jobs: tablesOf(local).jobs.filter(({ kind }) => kind === 'step') };
  const granting = Synthesised.of({ ...local, archiveReaders, auditBucketName }, bare);
  const { buckets } = readPlatformModel(granting.assembly.directory, {
    typesWithoutEffect: ['Custom::Console', 'Custom::Migration'],
  });
  const granted = buckets.flatMap((bucket) => bucket.granted);
  const arn = `arn:aws:s3:::${auditBucketName}`;
  const may = (account: string, action: string, resource: string, prefix?: string) =>
    isAllowed(
      granted.filter(({ accounts }) => accounts.includes(account)).map(({ statement }) => statement),
      { action, resource, context: { 's3:prefix': prefix } },
    );
  const key = (tenant: string) => objectKey('2026-11-24', tenant, 42);

  test.each([
    ['s3:GetObject', ofA, key(a), true],
    ['s3:GetObjectVersion', ofA, key(a), true],
    ['s3:GetObject', ofA, key(b), false],
    ['s3:GetObject', ofB, key(a), false],
    ['s3:GetObject', stranger, key(a), false],
    ['s3:GetObject', ofA, `${archivePrefix('2026-11-24', b)}tenant=${a}/1`, false],
    ['s3:GetObject', ofA, `audit/dt=2026-11-24/x/tenant=${a}/1`, false],
    ['s3:GetObject', ofA, 'audit/digests/0000000001.2026-11-24.2026-11-24.jsonl', false],
    ['s3:PutObject', ofA, key(a), false],
    ['s3:DeleteObject', ofA, key(a), false],
    ['s3:DeleteObjectVersion', ofA, key(a), false],
    ['s3:PutObjectRetention', ofA, key(a), false],
    ['s3:BypassGovernanceRetention', ofA, key(a), false],
  ])('%s by %s of %s: %s', (action, account, object, allowed) => {
    expect(may(account, action, `${arn}/${object}`)).toBe(allowed);
  });

  test.each<[string, string | undefined, boolean]>([
    ['a day of its own', archivePrefix('2026-11-24', a), true],
    ['part of a day of its own', `${archivePrefix('2026-11-24', a)}00000`, true],
    ['a day of another', archivePrefix('2026-11-24', b), false],
    ['everything', undefined, false],
    ['everything, by an empty prefix', '', false],
    ['a day of all', 'audit/dt=2026-11-24/', false],
    ['what begins like its own', archivePrefix('2026-11-24', a).slice(0, -1), false],
    ['its own within a day of another', `${archivePrefix('2026-11-24', b)}tenant=${a}/`, false],
  ])('a list of %s is given by its prefix alone', (_, prefix, allowed) => {
    for (const action of ['s3:ListBucket', 's3:ListBucketVersions'])
      expect(may(ofA, action, arn, prefix)).toBe(allowed);
    expect(may(stranger, 's3:ListBucket', arn, prefix)).toBe(false);
  });

  test('is opened through S3 alone, and both policies have room for as many readers as there may be', () => {
    const statements = (type: string, property: string) =>
      granting.ofType(type).map(({ Properties }) => Properties[property]);
    const [decryption] = statements('AWS::KMS::Key', 'KeyPolicy')
      .flatMap(({ Statement }) => Statement as TemplateProperties[])
      .filter(({ Action }) => Action === 'kms:Decrypt');
    expect(JSON.stringify(decryption.Principal)).toContain(`:iam::${ofA}:root`);
    expect(JSON.stringify(decryption.Principal)).not.toContain(stranger);
    expect(decryption.Condition.StringEquals).toEqual({
      'kms:ViaService': `s3.${local.region}.amazonaws.com`,
    });
    expect(JSON.stringify(decryption.Condition.StringLike)).toContain(auditBucketName);
    const policies = statements('AWS::S3::BucketPolicy', 'PolicyDocument').map((one) => JSON.stringify(one));
    for (const policy of policies) expect(policy.length).toBeLessThan(20_000);
    for (const policy of policies) expect(policy).toContain('aws:SecureTransport');
  });

  test('the runbook lets a customer read and list its days, and nothing once the pair is removed', () => {
    const [document, heading] = ['archive-readers.md', 'A customer reads their archive'] as const;
    const [pair = '', policy = ''] = blocks('json', document, heading);
    const [reader] = JSON.parse(`{${pair}}`).archiveReaders as { tenant: string; account: string }[];
    const named = policy.replaceAll('BUCKET', auditBucketName).replaceAll('KEY_ARN', 'arn:aws:kms:x:y:key/z');
    const own = (JSON.parse(named) as TemplateProperties[]).map(({ Effect, Action, Resource }) => ({
      effect: Effect,
      ...{ actions: [Action].flat(), resources: [Resource].flat() },
    }));
    const [, day = ''] = /aws s3 sync s3:\/\/BUCKET\/(\S+)/.exec(section(document, heading)) ?? [];
    const prefix = day.replace('TENANT', reader?.tenant ?? '');
    const follows = (readers: typeof archiveReaders, action: string, resource: string): boolean => {
      const bucketsThen = readPlatformModel(
        Synthesised.of({ ...local, archiveReaders: readers, auditBucketName }, bare).assembly.directory,
        { typesWithoutEffect: ['Custom::Console', 'Custom::Migration'] },
      ).buckets;
      const theirs = bucketsThen
        .flatMap((bucket) => bucket.granted)
        .filter(({ accounts }) => accounts.includes(reader?.account ?? ''))
        .map(({ statement }) => statement);
      const asked = { action, resource, context: { 's3:prefix': prefix } };
      // Another account reads what both policies allow.
      return [theirs, own].every((statements) => isAllowed(statements, asked));
    };
    const steps = [
      ['s3:ListBucket', arn],
      ['s3:GetObject', `${arn}/${prefix}0000000042.jsonl.gz`],
    ] as const;
    expect(
      steps.map(([action, resource]) =>
        follows(
          [reader].filter((one) => one !== undefined),
          action,
          resource,
        ),
      ),
    ).toEqual([true, true]);
    expect(steps.map(([action, resource]) => follows([], action, resource))).toEqual([false, false]);
  });

  test('is nobody else’s where no reader is named', () => {
    const plain = Synthesised.of(local);
    const model = readPlatformModel(plain.assembly.directory, {
      typesWithoutEffect: ['Custom::Console', 'Custom::Migration'],
    });
    expect(model.buckets.flatMap((bucket) => bucket.granted)).toEqual([]);
    expect(JSON.stringify(plain.ofType('AWS::KMS::Key'))).not.toContain('s3:arn');
  });
});

test('no environment keeps records for less than the law asks', () => {
  expect(EnvironmentSchema.safeParse({ ...environment, retentionYears: 5 }).success).toBe(false);
});
