import { parseArgs } from 'node:util';
import { type UploadId, uuidV7 } from '#kernel/ids.ts';
import { letStatementsRunFor } from '#platform/db/tenant-context.ts';
import { tenantSession } from '#platform/db/tenant-session.ts';
import { tenantTx } from '#platform/db/tenant-tx.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { AGENDA, Meetings } from '#tests/support/proxy.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { ballotLoader } from '#uploads/loading/ballot-loader.ts';
import { benchDatabase } from './bench-database.ts';
import { enterHolders } from './enter-holders.ts';

const GOAL_MS = 2_000;
const CHUNK_ROWS = 2_000;

/** A file of ballots, from its bytes to the last vote, each with two items and one in a hundred split; then the meeting's report, by the API's handler. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ballots: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const ballots = Number(values.ballots);
  const database = await benchDatabase();
  letStatementsRunFor(840);
  process.env.EVENT_BUS_NAME = '';
  try {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    await enterHolders(database.admin, issuer, ballots);
    const proxy = new Meetings(issuer.as('ADMIN'));
    const meeting = await proxy.meeting({ quorum: '0.5', items: AGENDA });
    const startedMs = performance.now();
    const cast = await loadFile(issuer, meeting, ballots);
    const loadMs = performance.now() - startedMs;
    if (cast !== ballots * 2 + Math.floor(ballots / 100)) throw new Error(`${cast} rows were cast`);
    console.log(
      `a file of ${ballots} ballots: ${(loadMs / 1000).toFixed(1)} s, ${Math.round(ballots / (loadMs / 1000))} ballots/s`,
    );
    await database.admin.query('vacuum analyze votes, vote_choices');
    const times: number[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const sentMs = performance.now();
      const { status, body, text } = await proxy.report(meeting);
      times.push(performance.now() - sentMs);
      if (status !== 200 || body.ballots !== ballots) throw new Error(text);
    }
    const shown = times.map((ms) => (ms / 1000).toFixed(2)).join(', ');
    const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const met = median <= GOAL_MS;
    console.log(
      `the report of ${ballots} ballots: ${(median / 1000).toFixed(2)} s (${shown}); the goal is ${GOAL_MS / 1000} s: ${met ? 'met' : 'missed'}`,
    );
    if (!met) process.exitCode = 1;
  } finally {
    await database.close();
  }
}

async function* fileOf(meeting: string, ballots: number): AsyncGenerator<Buffer, void> {
  yield Buffer.from('meeting_id,external_ref,item_id,choice,votes\n');
  let lines: string[] = [];
  for (let n = 1; n <= ballots; n += 1) {
    const ref = `R${String(n).padStart(9, '0')}`;
    if (n % 100 === 0) lines.push(`${meeting},${ref},1,FOR,6`, `${meeting},${ref},1,AGAINST,4`);
    else lines.push(`${meeting},${ref},1,${['FOR', 'AGAINST', 'ABSTAIN'][n % 3]},`);
    lines.push(`${meeting},${ref},2a,${n % 7 === 0 ? 'WITHHOLD' : 'FOR'},`);
    if (n % CHUNK_ROWS !== 0 && n !== ballots) continue;
    yield Buffer.from(`${lines.join('\n')}\n`);
    lines = [];
  }
}

/** Does what the worker does between claiming an upload and completing it. */
async function loadFile({ id: tenantId }: TestTenant, meeting: string, ballots: number): Promise<number> {
  return tenantSession(tenantId, async (session) => {
    const lap = lapTimer();
    const staged = await ballotLoader.stage(session, fileOf(meeting, ballots), 'csv', {});
    lap('staged');
    await ballotLoader.refuseRepeated(session, staged);
    lap('repeated rows looked for');
    const uploadId = uuidV7<UploadId>();
    await ballotLoader.refuseConflicts(
      session,
      {
        tenantId,
        uploadId,
        shownAt: null,
        permit: undefined,
        asOf: null,
        replaces: false,
        receivedAt: new Date(),
      },
      staged,
    );
    lap('judged');
    const rows = staged.rows - staged.rejected;
    await tenantTx(
      systemActor(tenantId, 'bench', { suspended: 'goes-on' }),
      (tx) => ballotLoader.load(tx, { tenantId, uploadId, requestId: 'bench', rows, staged } as never),
      {
        audit: () => ({ action: 'upload.completed', resource: 'uploads/bench', payload: {} }),
        session,
      },
    );
    lap('cast');
    return rows;
  });
}

function lapTimer(): (what: string) => void {
  let last = performance.now();
  return (what) => {
    const now = performance.now();
    console.log(`  ${what}: ${((now - last) / 1000).toFixed(1)} s`);
    last = now;
  };
}
