import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EnvironmentSchema, readEnvironment } from '#lib/environment.ts';
import { idleCost, total } from '../../tools/idle-cost.ts';
import { refusals, stackStates } from './release-simulator.ts';
import { Synthesised } from './synthesised.ts';

const staging = readEnvironment('staging');
const usual = Synthesised.of(staging);
const small = Synthesised.of({ ...staging, small: true });

/** The types whose resources make the difference. */
const endpointZones = (synthesised: Synthesised): number =>
  synthesised
    .ofType('AWS::EC2::VPCEndpoint')
    .filter(({ Properties }) => Properties.VpcEndpointType === 'Interface')
    .reduce((zones, { Properties }) => zones + Properties.SubnetIds.length, 0);

describe('a small environment', () => {
  test('has no proxy, and its endpoints in one zone', () => {
    expect([usual, small].map((one) => one.ofType('AWS::RDS::DBProxy').length)).toEqual([1, 0]);
    expect(endpointZones(small) * 2).toBe(endpointZones(usual));
  });

  test('lets its functions into the cluster, by name and over TLS, and nobody else', () => {
    const functions = small
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.Environment?.Variables?.DATABASE_HOST !== undefined);
    expect(functions.length).toBeGreaterThan(50);
    const hosts = new Set(
      functions.map(({ Properties }) => JSON.stringify(Properties.Environment.Variables.DATABASE_HOST)),
    );
    expect(hosts.size).toBe(1);
    for (const { stack, Properties } of functions) {
      expect(Properties.Environment.Variables.NODE_EXTRA_CA_CERTS).toBe('/var/runtime/ca-cert.pem');
      if (!stack.endsWith('-schema'))
        expect(Properties.Environment.Variables).toMatchObject({ DATABASE_DIRECT: 'on' });
      expect(JSON.stringify(small.referred(stack, Properties.Role).Properties.Policies)).toContain(
        ':dbuser:*/vestry_app"',
      );
    }
    const groupOf = (description: string) =>
      small
        .ofType('AWS::EC2::SecurityGroup')
        .find(({ Properties }) => Properties.GroupDescription === description);
    const cluster = groupOf('The database cluster');
    const rules = small
      .ofType('AWS::EC2::SecurityGroupIngress')
      .filter(({ Properties }) => JSON.stringify(Properties.GroupId).includes(cluster?.id ?? '-'));
    expect(rules.map(({ Properties }) => Properties.Description).sort()).toEqual(['Functions', 'Migrations']);
  });

  test('can’t be production', () => {
    const parsed = EnvironmentSchema.safeParse({ ...readEnvironment('acme-prod'), small: true });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['small']);
  });

  test('stays small: CloudFormation would refuse the change both ways, before anything is lost', () => {
    const [before, after] = [usual, small].map(({ assembly }) => stackStates(assembly));
    expect(refusals(before ?? [], after ?? []).length).toBeGreaterThan(0);
  });
});

describe('scale.md says what an idle environment costs', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/scale.md'), 'utf8');
  /** An alarm more or less changes cents. */
  const toFive = (dollars: number) => Math.round(dollars / 5) * 5;

  test.each([
    ['with a proxy', usual],
    ['small', small],
  ])('%s', (kind, synthesised) => {
    const lines = idleCost(synthesised.resources);
    const [database = 0, proxy = 0, endpoints = 0] = ['database', 'proxy', 'endpoints'].map(
      (item) => lines.find((line) => line.item === item)?.dollars,
    );
    const rest = total(lines) - database - proxy - endpoints;
    const cells = [database, proxy, endpoints].map((dollars) => `$${dollars.toFixed(2)}`);
    const row = `| ${kind} | ${cells.join(' | ')} | $${toFive(rest)} | **$${toFive(total(lines))}** |`;
    expect(text.split('\n')).toContain(row);
  });
});
