import { expect, test } from 'vitest';
import { asRequest, confirmStanding } from './standing.ts';

test('calls at once ask for the standing once, and a refusal holds for all of them, though the caller may again', async () => {
  let asked = 0;
  const refusedFirst = async () => {
    asked += 1;
    if (asked === 1) throw new Error('refused');
  };
  const outcomes: string[] = [];
  const request = asRequest(
    refusedFirst,
    async () => {
      const calls = await Promise.allSettled([confirmStanding(), confirmStanding()]);
      outcomes.push(...calls.map(({ status }) => status));
    },
    () => true,
  );
  await expect(request).rejects.toThrow('refused');
  expect(outcomes).toEqual(['rejected', 'rejected']);
  expect(asked).toBe(1);
});
