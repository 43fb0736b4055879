import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Field 3 and field 22 of `/proc/<pid>/stat`, see proc(5). */
interface ProcessStat {
  readonly state: string;
  readonly started: string | undefined;
}

/** Returns what Linux reports of a process; undefined on other systems and for a process that doesn't exist. */
function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields are counted after the command name, which may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] };
  } catch {
    return undefined;
  }
}

/** Returns when a process started, if the system reports it: ids are reused. */
export function startOf(pid: number): string | undefined {
  return statOf(pid)?.started;
}

/**
 * Returns whether a process runs. A zombie doesn't: it takes signals, but it is dead and waits for a parent to ask for its
 * exit code, for ever in a container whose first process asks for none.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isDead(pid);
}

function isDead(pid: number): boolean {
  const stat = statOf(pid);
  if (stat !== undefined) return /^[ZX]/.test(stat.state);
  if (existsSync('/proc/self/stat')) return true;
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return true;
  }
}
