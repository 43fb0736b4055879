import { parseArgs } from 'node:util';
import { Register } from '#tests/support/register.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { benchDatabase } from './bench-database.ts';
import { enterHolders } from './enter-holders.ts';
import { median } from './interleave.ts';

const GOAL_MS = 1_000;

/** The questions of the console's register: pages, orders, searches and filters. */
const QUESTIONS: readonly (readonly [what: string, query: Readonly<Record<string, string>>])[] = [
  ['the first page, counted', { total_count: 'true' }],
  ['by name', { sort: 'name' }],
  ['by name, from the end', { sort: '-name' }],
  ['by reference, from the end', { sort: '-external_ref' }],
  ['a name that one has', { q: 'Holder 765432', total_count: 'true' }],
  ['a name that all have', { q: 'holder', total_count: 'true' }],
  ['a name that all have, sorted', { q: 'holder', sort: 'name', total_count: 'true' }],
  ['a name that nobody has', { q: 'zzyzx', total_count: 'true' }],
  ['a reference', { external_ref: 'R000765432' }],
  ['who can’t be paid', { blocked: 'true', total_count: 'true' }],
  ['treasury', { treasury: 'true', total_count: 'true' }],
  ['closed', { status: 'CLOSED', total_count: 'true' }],
];

/** Asks of a register of a million holders what the console asks, by the API's handler; each question is to be answered within a second. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { holders: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
  });
  const database = await benchDatabase();
  try {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    await enterHolders(database.admin, issuer, Number(values.holders));
    const register = new Register(issuer.as('OPS'));
    let isMet = true;
    for (const [what, query] of QUESTIONS) {
      const times: number[] = [];
      let rows = 0;
      for (let round = 0; round < Number(values.rounds); round += 1) {
        const sentMs = performance.now();
        const { status, body, text } = await register.list(query);
        times.push(performance.now() - sentMs);
        if (status !== 200) throw new Error(text);
        rows = body.data.length;
      }
      const ms = median(times);
      isMet &&= ms <= GOAL_MS;
      console.log(`${what.padEnd(34)} ${ms.toFixed(0).padStart(6)} ms  ${rows} rows`);
    }
    console.log(`the goal is ${GOAL_MS} ms: ${isMet ? 'met' : 'missed'}`);
    if (!isMet) process.exitCode = 1;
  } finally {
    await database.close();
  }
}
