import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { entryOfFunction } from './entry-of-function.ts';
import { Synthesised } from './synthesised.ts';

/** Node and Powertools read these themselves, and every function has them. */
const OF_THE_RUNTIME = /^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|POWERTOOLS_\w+)$/;
/** Code makes these names of a queue's, a state machine's or a function's, which may stand in a row (shared/contracts/resources.ts). */
const BY_RESOURCE = /^(\w+)_(QUEUE_URL|MACHINE_ARN|FUNCTION_ARN)$/;

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
      const entry = entryOfFunction(name, Properties.FunctionName);
      return Object.keys(Properties.Environment?.Variables ?? {})
        .filter((variable) => !isRead(variable, textOf(entry)))
        .map((variable) => `${entry}: ${variable}`);
    });
    expect(unread).toEqual([]);
  });

  test('leave at least half of their memory to what is not on the heap, where its size is named', () => {
    const limited = functions.flatMap(({ Properties }) => {
      const [, heapMb] =
        /--max-old-space-size=(\d+)/.exec(Properties.Environment.Variables.NODE_OPTIONS) ?? [];
      return heapMb === undefined
        ? []
        : [{ name: Properties.FunctionName, share: Number(heapMb) / Properties.MemorySize }];
    });
    expect(limited.map((each) => each.name)).toContain(`vestry-${name}-worker-validate-upload`);
    expect(limited.filter(({ share }) => share > 0.5)).toEqual([]);
  });
});
