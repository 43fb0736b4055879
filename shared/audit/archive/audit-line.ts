import { hash } from 'node:crypto';

/** An entry of the trail as it is exported. `payload` is the database's own text, copied byte for byte. */
export interface ExportedEntry {
  readonly tenant_id: string;
  readonly id: string;
  /** RFC 3339 in UTC, with microseconds. */
  readonly ts: string;
  readonly actor_id: string | null;
  readonly actor_role: string;
  readonly action: string;
  readonly resource: string;
  readonly request_id: string;
  readonly source_ip: string | null;
  readonly user_agent: string | null;
  readonly problem: string | null;
  /** The same of the changes; absent where nothing was changed. */
  readonly changes: string | null;
  readonly payload: string;
}

/** The length of a SHA-256 in hexadecimal. */
export const HASH_LENGTH = 64;
/** The text that follows the hash on its line, before the newline. */
export const LINE_END = '"}';

/**
 * JSON Lines whose last member, `chain`, is the SHA-256 of every byte of the file from the previous hash (included)
 * up to itself. So each hash vouches for everything before it, and a verifier hashes slices of the file as they are:
 * nothing is parsed or serialised again.
 */
export function chainedLines(entries: readonly ExportedEntry[]): Buffer {
  const parts: string[] = [];
  let between = '';
  for (const entry of entries) {
    const line = openLine(entry);
    const chain = hash('sha256', between + line);
    parts.push(line, chain, LINE_END, '\n');
    between = `${chain}${LINE_END}\n`;
  }
  return Buffer.from(parts.join(''));
}

function openLine({ changes, payload, ...entry }: ExportedEntry): string {
  const { tenant_id, id, ts, actor_id, actor_role, action, resource, request_id } = entry;
  const { source_ip, user_agent, problem } = entry;
  const members = JSON.stringify({
    ...{ tenant_id, id, ts, actor_id, actor_role, action, resource, request_id },
    ...{ source_ip, user_agent, problem },
  });
  const changed = changes === null ? '' : `,"changes":${changes}`;
  return `${members.slice(0, -1)}${changed},"payload":${payload},"chain":"`;
}
