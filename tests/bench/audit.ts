import { createHash, hash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { chainedLines, HASH_LENGTH, LINE_END } from '#audit/archive/audit-line.ts';
import type { NamedObject } from '#audit/archive/digest.ts';
import { ChainReader } from '#audit/verification/chain-reader.ts';
import { verifyObject } from '#audit/verification/verify-object.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { interleave } from './interleave.ts';

/** The size of pieces that a decompressor returns. */
const PIECE_BYTES = 64 * 1024;
/** The size of pieces that S3 returns. */
const NETWORK_BYTES = 64 * 1024;

/**
 * Verification of exported entries ÷ a chain of SHA-256 over the same bytes that checks nothing. Many short rounds: what else
 * the machine does hits some of them, and not the median.
 */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { entries: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '101' } },
  });
  const entries = Number(values.entries);
  const rounds = Number(values.rounds);
  const { text, body, named, records } = objectOf(entries);
  await interleave({
    title: 'audit verification, the chain of records',
    unit: 'entries/s',
    ours: {
      name: 'every record found, hashed and compared',
      run: async () => {
        readChain(text, entries);
        return entries;
      },
    },
    limit: {
      name: 'raw chained SHA-256',
      run: async () => {
        rawChain(text, records);
        return entries;
      },
    },
    atLeast: 0.8,
    rounds,
  });
  await interleave({
    title: 'audit verification, whole objects as they are stored',
    unit: 'entries/s',
    ours: {
      name: 'compressed bytes hashed, decompressed, every record checked',
      run: async () => {
        const read = async () => piecesOf(body);
        const broken = await verifyObject(named, read, () => undefined);
        if (broken !== undefined) throw new Error(broken.detail);
        return entries;
      },
    },
    limit: {
      name: 'hashed, decompressed, raw chained SHA-256',
      run: async () => {
        createHash('sha256').update(body).digest();
        rawChain(gunzipSync(body), records);
        return entries;
      },
    },
    atLeast: 0.8,
    rounds,
  });
}

interface BenchObject {
  readonly text: Buffer;
  readonly body: Buffer;
  readonly named: NamedObject;
  /** The beginning and end of the bytes of each record that are hashed together with the previous hash. */
  readonly records: readonly (readonly [number, number])[];
}

function objectOf(entries: number): BenchObject {
  const tenant_id = uuidV7();
  const text = chainedLines(
    Array.from({ length: entries }, (_, index) => ({
      ...{
        tenant_id,
        id: uuidV7(),
        ts: '2026-11-24T12:00:00.123456Z',
        actor_id: uuidV7(),
        actor_role: 'ADMIN',
      },
      ...{ action: 'contribution.recorded', resource: `plans/${uuidV7()}`, request_id: uuidV7() },
      ...{ source_ip: '203.0.113.7', user_agent: 'curl/8.7.1', problem: null, changes: null },
      payload: `{"id": "${uuidV7()}", "amount": "${index}.50", "source": "EMPLOYEE", "effective_date": "2026-11-24"}`,
    })),
  );
  const body = gzipSync(text);
  const records: [number, number][] = [];
  let start = 0;
  for (let newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n', newline + 1)) {
    const end = newline - LINE_END.length - HASH_LENGTH;
    records.push([start, end]);
    start = end + HASH_LENGTH;
  }
  const named = {
    ...{ key: 'bench', version_id: null, sha256: hash('sha256', body), bytes: body.length },
    ...{ tenant_id, day: '2026-11-24', entries },
  };
  return { text, body, named, records };
}

function readChain(text: Buffer, entries: number): void {
  const chain = new ChainReader();
  for (let start = 0; start < text.length; start += PIECE_BYTES)
    chain.push(text.subarray(start, start + PIECE_BYTES));
  if (chain.lines !== entries || chain.brokenLine !== undefined) throw new Error('the chain does not hold');
}

/** A chain and nothing else: of each record the hash of the hash before it, as it was computed, and the record. */
function rawChain(text: Buffer, records: BenchObject['records']): void {
  const scratch = Buffer.alloc(64 * 1024);
  let before = '';
  for (const [start, end] of records) {
    const hashed = scratch.write(before, 'latin1') + text.copy(scratch, before.length, start, end);
    before = hash('sha256', new Uint8Array(scratch.buffer, scratch.byteOffset, hashed));
  }
}

async function* piecesOf(body: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < body.length; start += NETWORK_BYTES)
    yield body.subarray(start, start + NETWORK_BYTES);
}
