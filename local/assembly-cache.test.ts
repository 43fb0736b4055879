import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bringUpToDate } from './assembly-cache.ts';

let directory: string;
let made: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assembly-cache-'));
  made = 0;
});
afterEach(() => rmSync(directory, { recursive: true }));

const assemblyOf = (inputs: string) => ({
  cache: join(directory, 'cache'),
  inputs,
  make: async (working: string) => {
    made += 1;
    mkdirSync(join(working, 'code'), { recursive: true });
    await sleep(20);
    writeFileSync(join(working, 'code/index.mjs'), inputs);
  },
});
const bring = (target: string, inputs: string) => bringUpToDate(join(directory, target), assemblyOf(inputs));
const contentOf = (target: string) => readFileSync(join(directory, target, 'code/index.mjs'), 'utf8');

test('platforms that start together wait for one assembly, and each gets all of it', async () => {
  const targets = ['one', 'two', 'three'];
  const results = await Promise.all(targets.map((target) => bring(target, 'aa')));
  expect(results.sort()).toEqual(['copied', 'copied', 'made']);
  expect(made).toBe(1);
  expect(targets.map(contentOf)).toEqual(['aa', 'aa', 'aa']);
  expect(await bring('one', 'aa')).toBe('unchanged');
});

test('a maker that was killed is not waited for', async () => {
  const cache = join(directory, 'cache');
  mkdirSync(cache);
  const dead = { pid: 2 ** 22, started: '1' };
  writeFileSync(join(cache, 'cdk.out-bb.lock'), JSON.stringify(dead));
  expect(await bring('one', 'bb')).toBe('made');
  expect(readdirSync(cache)).toEqual(['cdk.out-bb']);
});

test('one that fails leaves nothing, and the next makes it', async () => {
  const failing = { ...assemblyOf('cc'), make: () => Promise.reject(new Error('no templates')) };
  await expect(bringUpToDate(join(directory, 'one'), failing)).rejects.toThrow('no templates');
  expect(await bring('one', 'cc')).toBe('made');
});

test('assemblies that were used last are kept', async () => {
  for (const inputs of ['1', '2', '3', '4']) await bring('one', inputs);
  await sleep(20);
  await bring('two', '1');
  await bring('one', '5');
  expect(readdirSync(join(directory, 'cache')).sort()).toEqual(
    ['1', '3', '4', '5'].map((it) => `cdk.out-${it}`),
  );
});
