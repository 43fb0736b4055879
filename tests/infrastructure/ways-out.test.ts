import { expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { modulesReached } from '#tests/support/reached-modules.ts';
import { entryOfFunction } from './entry-of-function.ts';
import { Synthesised } from './synthesised.ts';

/**
 * Functions beside the database have no way to the internet, and there they would wait for it until their time is up. So nothing that they can
 * reach, when they start or later, may open one: what does belongs in a function without a network (docs/adr/0204).
 */

const ENVIRONMENT = 'staging';
const synthesised = Synthesised.of(readEnvironment(ENVIRONMENT));
const functions = synthesised
  .ofType('AWS::Lambda::Function')
  .filter(({ Properties }) => Properties.Handler === 'index.handler')
  .map(({ Properties }) => ({
    name: Properties.FunctionName as string,
    isInNetwork: Properties.VpcConfig !== undefined,
    modules: modulesReached(entryOfFunction(ENVIRONMENT, Properties.FunctionName)),
  }));

/** Modules of Node that reach out, and what they have besides. */
const REACHES_OUT = /(?:from |import\()'node:(?:https?|http2|net|tls|dns|dns\/promises|dgram)'/;
const HARMLESS = /import (?:type [^;]*|\{ (?:(?:BlockList|isIP|isIPv6),? ?)+ \}) from 'node:[\w/]+';/g;
const FETCHES = /(?<![.\w]|function )fetch\(/;

const opensAWay = (text: string): boolean => {
  const code = text.replace(HARMLESS, '');
  return REACHES_OUT.test(code) || FETCHES.test(code);
};

/** The name of a service in its endpoint, by that of its client. */
const SERVICES: Readonly<Record<string, string>> = {
  cloudwatch: 'monitoring',
  eventbridge: 'events',
  'secrets-manager': 'secretsmanager',
  sesv2: 'email',
  sfn: 'states',
};
const endpoints = synthesised
  .ofType('AWS::EC2::VPCEndpoint')
  .map(({ Properties }) => (JSON.stringify(Properties.ServiceName).match(/\.([\w-]+)"[\])}]*$/) ?? [])[1]);

test('no function in the network reaches code that opens a way out of it', () => {
  const found = functions
    .filter(({ isInNetwork }) => isInNetwork)
    .flatMap(({ name, modules }) =>
      [...modules].filter(([, text]) => opensAWay(text)).map(([file]) => `${name}: ${file}`),
    );
  expect(found).toEqual([]);
});

test('every service that a function in the network calls has an endpoint there', () => {
  const missing = functions
    .filter(({ isInNetwork }) => isInNetwork)
    .flatMap(({ name, modules }) =>
      [...modules.values()]
        .flatMap((text) => [...text.matchAll(/import\('@aws-sdk\/client-([\w-]+)'\)/g)])
        .map(([, client = '']) => SERVICES[client] ?? client)
        .filter((service) => !endpoints.includes(service))
        .map((service) => `${name}: ${service}`),
    );
  expect([...new Set(missing)]).toEqual([]);
});

test('the scan knows the ways out of functions that have one', () => {
  const outside = functions.filter(({ isInNetwork }) => !isInNetwork);
  const openers = new Set(
    outside.flatMap(({ modules }) =>
      [...modules].filter(([, text]) => opensAWay(text)).map(([file]) => file),
    ),
  );
  expect([...openers]).toEqual(
    expect.arrayContaining([
      'shared/platform/outbound/pinned-request.ts',
      'shared/platform/outbound/resolve-target.ts',
      'shared/payments/bank/bank-client.ts',
    ]),
  );
});
