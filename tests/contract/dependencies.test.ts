import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

test('the decision on dependencies lists every package', () => {
  const packages = ['package.json', 'local/aws/package.json'].map((path) => JSON.parse(read(path)));
  const decision = read('docs/adr/0008-dependencies.md');
  const table = decision.split('\n').filter((line) => line.startsWith('| `'));
  const told = table.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const isTold = (name: string) =>
    told.some((of) => (of.endsWith('*') ? name.startsWith(of.slice(0, -1)) : name === of));
  const names = packages.flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }),
  );
  expect(names.filter((name) => !isTold(name))).toEqual([]);
});
