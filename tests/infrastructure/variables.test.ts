import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { kebabCase } from '#platform/http/route.ts';
import { jobs } from '../../shared/jobs.ts';
import { routes } from '../../shared/routes.ts';
import { Synthesised } from './synthesised.ts';

/** Node and Powertools read these themselves, and every function has them. */
const OF_THE_RUNTIME = /^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|POWERTOOLS_\w+)$/;
/** Code makes these names of a queue's or state machine's, which may stand in a row (shared/contracts/resources.ts). */
const BY_RESOURCE = /^(\w+)_(QUEUE_URL|MACHINE_ARN)$/;

const environments = environmentNames();
const code = new Map(inject('bundle'));
const texts = new Map<string, string>();

/** Returns all that a function may run. */
function textOf(entry: string): string {
  const directory = code.get(entry)?.directory ?? '';
  const text =
    texts.get(entry) ??
    readdirSync(directory)
      .filter((file) => file.endsWith('.mjs'))
      .map((file) => readFileSync(join(directory, file), 'utf8'))
      .join('\n');
  texts.set(entry, text);
  return text;
}

const entryOfName = new Map([
  ...routes.map(({ operationId, entry }) => [`api-${kebabCase(operationId)}`, entry] as const),
  ...jobs.flatMap(({ name, entry }) =>
    ['worker', 'scheduled', 'step'].map((kind) => [`${kind}-${name}`, entry] as const),
  ),
  ['api-authorizer', 'functions/identity/authorizer.ts'],
  ['api-not-found', 'functions/meta/not-found.ts'],
  ['migrate', 'functions/platform/migrate.ts'],
]);

function isRead(variable: string, text: string): boolean {
  const [, , kind] = BY_RESOURCE.exec(variable) ?? [];
  const made = kind !== undefined && text.includes(`}_${kind}\``);
  return OF_THE_RUNTIME.test(variable) || text.includes(variable) || made;
}

describe.each(environments)('functions of %s', (name) => {
  const functions = Synthesised.of(readEnvironment(name))
    .ofType('AWS::Lambda::Function')
    .filter(({ Properties }) => Properties.Handler === 'index.handler');

  test('are given no variable that their code does not read', () => {
    const unread = functions.flatMap(({ Properties }) => {
      const entry = entryOfName.get(Properties.FunctionName.slice(`vestry-${name}-`.length));
      if (entry === undefined) throw new Error(`${Properties.FunctionName} is in no table`);
      return Object.keys(Properties.Environment?.Variables ?? {})
        .filter((variable) => !isRead(variable, textOf(entry)))
        .map((variable) => `${entry}: ${variable}`);
    });
    expect(unread).toEqual([]);
  });
});
