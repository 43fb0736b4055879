import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { nameOf } from './physical-names.ts';
import { Synthesised } from './synthesised.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Whatever stands in a name for something that the reader puts in. */
const PLACEHOLDER = String.raw`<\w+>|\$\w+|[A-Z]+|\*`;
const NAME = new RegExp(
  String.raw`\bvestry-(?:<env>|<environment>|\$ENV|local)-((?:[a-z0-9-]|${PLACEHOLDER})+)`,
  'g',
);

/** Names of resources and stacks, without the prefix of their environment. */
function deployedNames(): Set<string> {
  return new Set(
    environmentNames().flatMap((environment) => {
      const { resources, assembly } = Synthesised.of(readEnvironment(environment));
      return [...resources.map(nameOf), ...assembly.stacks.map(({ stackName }) => stackName)]
        .filter((name) => name !== undefined)
        .map((name) => name.replace(`vestry-${environment}-`, ''));
    }),
  );
}

function pattern(name: string): RegExp {
  return new RegExp(`^${name.replace(/-+$/, '-*').replace(new RegExp(PLACEHOLDER, 'g'), '.+')}$`);
}

test('documents name only functions, queues and stacks that are deployed', () => {
  const deployed = [...deployedNames()];
  const unknown = globSync('{README.md,docs/*.md,docs/runbooks/*.md}', { cwd: REPOSITORY }).flatMap(
    (document) =>
      [...readFileSync(join(REPOSITORY, document), 'utf8').matchAll(NAME)]
        .filter(([, name = '']) => !deployed.some((one) => pattern(name).test(one)))
        .map(([text]) => `${document}: ${text}`),
  );
  expect(unknown).toEqual([]);
});
