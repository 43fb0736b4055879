import { expect, test } from 'vitest';
import { eachFound } from './each-found.ts';

/** A table of items of which each listing brings the first of those that are left. */
function table(count: number) {
  const left = new Set(Array.from({ length: count }, (_, id) => id));
  return { left, list: async (most: number) => [...left].slice(0, most).map((id) => ({ id })) };
}

test('ten thousand items are processed in one firing', async () => {
  const { left, list } = table(10_000);
  await eachFound(
    list,
    async ({ id }) => void left.delete(id),
    () => true,
  );
  expect(left.size).toBe(0);
});

test('what fails is tried once, and does not keep the firing from its end', async () => {
  const { left, list } = table(1_200);
  const tried: number[] = [];
  await eachFound(
    list,
    async ({ id }) => {
      tried.push(id);
      if (id % 3 > 0) left.delete(id);
    },
    () => true,
  );
  expect(new Set(tried).size).toBe(tried.length);
  expect(left.size).toBe(400);
});

test('what fails does not stand before the others, however much it is', async () => {
  const { left, list } = table(2_000);
  await eachFound(
    list,
    async ({ id }) => void (id >= 1_400 && left.delete(id)),
    () => true,
  );
  expect(left.size).toBe(1_400);
});

test('nothing is begun when time is up', async () => {
  const { left, list } = table(1_000);
  await eachFound(
    list,
    async ({ id }) => void left.delete(id),
    () => left.size > 300,
  );
  expect(left.size).toBe(300);
});
