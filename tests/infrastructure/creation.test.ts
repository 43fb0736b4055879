import { describe, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { nameOf } from './physical-names.ts';
import { Synthesised, type TemplateProperties } from './synthesised.ts';

/** Each is a way in which CloudFormation fails to create the stacks in an account that has only its defaults. */
describe.each(environmentNames())('an empty account takes %s', (name) => {
  const environment = readEnvironment(name);
  const synthesised = Synthesised.of(environment);

  test('a creation that failed can be repeated: what it leaves behind has no fixed name', () => {
    const left = synthesised.resources
      .filter(
        ({ DeletionPolicy, UpdateReplacePolicy }) =>
          [DeletionPolicy, UpdateReplacePolicy ?? DeletionPolicy].includes('Retain') &&
          DeletionPolicy !== 'RetainExceptOnCreate',
      )
      .filter((resource) => nameOf(resource) !== undefined)
      .map(({ stack, id }) => `${stack}/${id}`);
    expect(left).toEqual([]);
  });

  test('a release can bring back what an earlier one removed: a log group that is kept has no fixed name', () => {
    const kept = synthesised
      .ofType('AWS::Logs::LogGroup')
      .filter(({ DeletionPolicy }) => DeletionPolicy !== 'Delete')
      .map((group) => nameOf(group) ?? '');
    // The state machine is one, and its group must have this prefix.
    expect(kept.filter((group) => group !== '' && !group.startsWith('/aws/vendedlogs/'))).toEqual([]);
  });

  test('nothing reserves concurrency, of which a new account has ten', () => {
    const reserving = synthesised.resources.filter(
      ({ Properties }) =>
        'ReservedConcurrentExecutions' in Properties || 'ProvisionedConcurrencyConfig' in Properties,
    );
    expect(reserving.map(({ id }) => id)).toEqual([]);
  });

  test('zones are those of the environment, by id', () => {
    const subnets = synthesised.ofType('AWS::EC2::Subnet').map(({ Properties }) => Properties);
    expect(subnets.map(({ AvailabilityZoneId }) => AvailabilityZoneId)).toEqual(environment.zones);
    const templates = JSON.stringify(synthesised.assembly.stacks.map(({ template }) => template.Resources));
    expect(templates).not.toMatch(/"AvailabilityZones?":/);
    expect(templates).not.toMatch(new RegExp(`"${environment.region}[a-f]"`));
  });

  test('no two resources are one rule of a security group', () => {
    const rules = synthesised
      .ofType('AWS::EC2::SecurityGroupIngress')
      .concat(synthesised.ofType('AWS::EC2::SecurityGroupEgress'))
      .map(({ stack, Type, Properties }) => JSON.stringify([stack, Type, ruleOf(stack, Properties)]));
    expect(rules.filter((rule, index) => rules.indexOf(rule) < index)).toEqual([]);
  });

  /** Returns a rule without its description, by which EC2 does not tell rules apart. */
  function ruleOf(stack: string, { Description: _, FromPort, ToPort, ...rule }: TemplateProperties) {
    return { ...rule, ports: [FromPort, ToPort].map((port) => portOf(stack, port)) };
  }

  function portOf(stack: string, port: unknown): unknown {
    if (!JSON.stringify(port).includes('Endpoint.Port')) return port;
    return synthesised.referred(stack, port).Properties.Port;
  }

  test('no policy names a cluster by its resource id, which a restored one does not have', () => {
    const policies = synthesised.resources.filter(({ Type }) => Type.startsWith('AWS::IAM::'));
    expect(policies.length).toBeGreaterThan(10);
    expect(
      policies.filter((policy) => JSON.stringify(policy).includes('ResourceId"')).map(({ id }) => id),
    ).toEqual([]);
  });
});
