import { readPlatformModel } from 'template-runner/templates';
import { describe, expect, test } from 'vitest';
import { EnvironmentSchema, readEnvironment } from '#lib/environment.ts';
import { daysOf, retentionPolicy } from '#retention/retention-policy.ts';
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
    typesWithoutEffect: ['Custom::Migration'],
  });
  const moving = local.flatMap(({ transitions = [] }) => transitions);
  expect(moving.map(({ prefix }) => prefix).sort()).toEqual(['ach/', 'audit/', 'drop/', 'incoming/']);
  for (const rule of moving)
    expect(rule).toMatchObject({
      ...{ largerThanBytes: 0, storageClass: 'GLACIER_IR', afterDays: policy.archiveAfterDays },
    });
});

test('no environment keeps records for less than the law asks', () => {
  expect(EnvironmentSchema.safeParse({ ...environment, retentionYears: 5 }).success).toBe(false);
});
