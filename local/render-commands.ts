import type { Firing } from 'template-runner';
import type { Advanced, BankSilence, Fired } from './commands.ts';
import type { DeadLetter, Redriven } from './dead-letters.ts';
import type { FileAtBank } from './odfi/originating-bank.ts';

/** Shows the answer of a job: `{"rows": 12, "complete": true}`. */
export function renderFired({ schedule, time, ok, result, error }: Fired): string {
  return ok
    ? `${time}  ${schedule}\n${JSON.stringify(result)}`
    : `${time}  ${schedule}  failed: ${error ?? ''}`;
}

export function renderDeadLetter({ queue, id, sent, attributes, body }: DeadLetter): string {
  const about = Object.entries(attributes).map(([name, value]) => `  ${name}: ${value}`);
  return [`${queue}  ${id}  ${sent}`, ...about, `  ${body}`].join('\n');
}

export function renderRedriven({ from, moved }: Redriven): string {
  return moved === 0 ? `${from} is empty` : `${moved} sent back from ${from}`;
}

/** Shows whether the banks are silent, and a file with what its bank has brought and will bring. */
export function renderBank(line: BankSilence | FileAtBank): string {
  if ('silent' in line) return line.silent ? 'the banks are silent' : 'the banks speak';
  const { object_key, state, entries, answers } = line;
  const what = state === 'FETCHED' ? `fetched (${entries})` : 'not fetched';
  const said = answers.map(
    ({ name, due, says, brought }) => `  ${due}  ${brought ? 'brought' : 'will bring'} ${name}: ${says}`,
  );
  return [`${object_key}  ${what}`, ...said].join('\n');
}

/**
 * Renders the lines of an advance. A year is thousands of firings: people see a line for each month that has passed, each firing
 * that failed, and at the end what has happened.
 */
export function advanceRenderer(): (line: unknown) => string | undefined {
  let month: string | undefined;
  return (line) => {
    if (isEnd(line)) return renderAdvanced(line);
    const { schedule, time, ok, error } = line as Firing;
    if (!ok) return `${time}  ${schedule}  failed: ${error ?? ''}`;
    const before = month;
    month = time.slice(0, 7);
    return before === undefined || before === month ? undefined : `${month}-01`;
  };
}

function isEnd(line: unknown): line is Advanced {
  return (line as Partial<Advanced>).changes !== undefined;
}

function renderAdvanced({ time, firings, failed, changes }: Advanced): string {
  const counts = Object.entries(changes).map(
    ([action, entries]) => `  ${String(entries).padStart(7)}  ${action}`,
  );
  return [
    `It is ${time}. Jobs ran ${firings} times; ${failed === 0 ? 'none failed' : `${failed} failed`}.`,
    ...(counts.length === 0 ? ['Nothing was changed.'] : ['Entries of the audit trail since:', ...counts]),
  ].join('\n');
}
