import { describe, expect, test } from 'vitest';
import { DomainError } from '#kernel/domain-error.ts';
import { isOutage } from '#platform/outage.ts';
import { Failures } from './failures.ts';

const suspended = () => new DomainError('tenant-suspended', 'Writes are refused.');
const away = () => Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });

async function run(failures: Failures, errors: readonly (Error | undefined)[]): Promise<number[]> {
  const done: number[] = [];
  for (const [index, error] of errors.entries()) {
    const succeeded = await failures.attempt({ tenant_id: index }, async () => {
      if (error !== undefined) throw error;
    });
    if (succeeded) done.push(index);
  }
  return done;
}

describe.each(['parks', 'goes-on'] as const)('where suspended work %s', (treatment) => {
  const failures = () => new Failures({ name: 'a-job', suspended: treatment });

  test("one tenant's trouble is its own, and the job fails in the end", async () => {
    const some = failures();
    expect(await run(some, [undefined, new Error('poison'), undefined])).toEqual([0, 2]);
    expect(() => some.rethrow()).toThrow('1 of many failed');
  });

  test('a suspended tenant is a failure unless its work is parked', async () => {
    const some = failures();
    expect(await run(some, [suspended(), undefined])).toEqual([1]);
    expect(some.count).toBe(treatment === 'parks' ? 0 : 1);
  });

  test('an outage that one of them meets is an outage of the job', async () => {
    const some = failures();
    await run(some, [new Error('poison'), away()]);
    const failure = (() => {
      try {
        return some.rethrow();
      } catch (error) {
        return error;
      }
    })();
    expect(isOutage(failure)).toBe(true);
  });
});

test('nothing that failed is nothing to throw', async () => {
  const none = new Failures({ name: 'a-job', suspended: 'parks' });
  expect(await run(none, [undefined])).toEqual([0]);
  none.rethrow();
});
