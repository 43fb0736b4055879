import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');

/** A comment that begins with one of these is the rest of a sentence whose beginning the reader has to guess. */
const FRAGMENT =
  /^(By|Of|To|From|With|In|On|At|For|As|Without|After|Before|Until|Through|Against|Between|Where|What|How|Which|Who|Whose|Under|Beside|Behind|Beyond|Within|Inside|Outside|Per)\b/;

const sources = globSync('{bin,console,functions,lib,local,shared,tests,tools}/**/*.{ts,tsx}', {
  cwd: REPOSITORY,
}).filter((path) => !/node_modules|\.d\.ts$/.test(path));

test.each(sources)('%s has comments that are sentences', (path) => {
  const text = readFileSync(join(REPOSITORY, path), 'utf8');
  const docs = [...text.matchAll(/\/\*\*\s*(?:\* )?([^\n]*)/g)].map(([, first = '']) => first);
  const notes = [...text.matchAll(/^(?!\s*\/\/)[^\n]*\n\s*\/\/ ([^\n]*)/gm)].map(([, first = '']) => first);
  expect([...docs, ...notes].filter((first) => FRAGMENT.test(first))).toEqual([]);
});
