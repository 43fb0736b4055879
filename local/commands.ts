import type {
  ExecutionsStatus,
  Firing,
  FunctionStatus,
  ScheduleStatus,
  TemplateRunner,
} from 'template-runner';
import type { DatabaseProxy, ProxyCounts } from 'template-runner/database-proxy';
import { resolveFunction } from 'template-runner/templates';
import { closest } from '#lib/closest.ts';
import { asOwner } from './as-owner.ts';
import type { LocalBank } from './bank.ts';
import { changesSince, lastTransaction } from './changes-since.ts';
import type { Command } from './control.ts';
import { listDeadLetters, redrive } from './dead-letters.ts';
import type { DatabaseConnection } from './postgres/postgres.ts';

export interface CommandParts {
  readonly runner: TemplateRunner;
  readonly database: DatabaseConnection;
  readonly proxy: DatabaseProxy;
  readonly bank: LocalBank;
  /** Aborted when whoever sent the command is gone. */
  readonly gone: AbortSignal;
}

/** The last line of `advance`. */
export interface Advanced {
  readonly time: string;
  readonly firings: number;
  readonly failed: number;
  /** Entries of the audit trail that were written meanwhile, by action. */
  readonly changes: Readonly<Record<string, number>>;
}

/** The first line of `bank`. */
export interface BankSilence {
  readonly silent: boolean;
}

/** The answer of a job that was run by hand. */
export interface Fired {
  readonly schedule: string;
  readonly time: string;
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error?: string;
}

/** The status that `npm run local -- status` prints. */
export interface PlatformStatus {
  /** The time on the platform's clock. */
  readonly time: string;
  readonly schedules: readonly ScheduleStatus[];
  readonly queues: readonly {
    readonly name: string;
    readonly visible: number;
    readonly inFlight: number;
    readonly delayed: number;
  }[];
  readonly functions: readonly FunctionStatus[];
  readonly uploads: readonly UploadRow[];
  readonly executions: ExecutionsStatus;
  /** The sessions of functions since the start, and what pinned them. */
  readonly sessions: ProxyCounts;
}

interface UploadRow {
  readonly id: string;
  readonly tenant: string;
  readonly filename: string;
  readonly state: string;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
}

/** Runs one command of `npm run local` or `npm run invoke` in the platform's process. */
export async function runCommand(
  command: Command,
  emit: (line: unknown) => void,
  { runner, database, proxy, bank, gone }: CommandParts,
): Promise<void> {
  const { model, pool, endpoint, scheduler, clock } = runner;
  switch (command.command) {
    case 'status': {
      const queues = endpoint.queues.names().map((name) => {
        const { visible, notVisible, delayed } = endpoint.queues.attributes(name);
        return { name, visible, inFlight: notVisible, delayed };
      });
      const uploads = await latestUploads(database);
      const status: PlatformStatus = {
        time: clock.now().toISOString(),
        schedules: scheduler.status(),
        queues,
        functions: pool.status(),
        uploads,
        executions: endpoint.stepFunctions.status(),
        sessions: await proxy.counts(),
      };
      emit(status);
      return;
    }
    case 'fire':
      emit(await fire(command.schedule, runner));
      return;
    case 'advance':
      await advance(new Date(command.until), emit, { runner, database, gone });
      return;
    case 'dead-letters':
      for (const letter of listDeadLetters(endpoint.queues, command.queue)) emit(letter);
      return;
    case 'redrive':
      emit(redrive(endpoint.queues, model, command.queue));
      return;
    case 'bank': {
      if (command.silent !== undefined) bank.beSilent(command.silent);
      emit({ silent: bank.isSilent() } satisfies BankSilence);
      if (command.silent === undefined) for (const file of await bank.files()) emit(file);
      return;
    }
    case 'invoke': {
      const name = resolveFunction(model, command.functionName);
      const result = await pool.invoke(name, JSON.stringify(command.event));
      emit(result.ok ? { ok: true, result: JSON.parse(result.payload) } : { ok: false, error: result.error });
      return;
    }
    default:
      throw new Error(`there is no command ${String((command as { command: unknown }).command)}`);
  }
}

/**
 * Runs a schedule's job for this instant, as an operator would invoke its function: once, and with its answer. A firing goes
 * through the job's queue instead, which says nothing of what came of it.
 */
async function fire(query: string, { scheduler, pool, clock }: TemplateRunner): Promise<Fired> {
  const schedule = scheduler.find(query);
  if (schedule === undefined) {
    const names = scheduler.status().map(({ name }) => name.replace(/^vestry-[^-]+-/, ''));
    const meant = closest(query, names);
    throw new Error(`there is no schedule ${query}${meant === undefined ? '' : `: did you mean ${meant}?`}`);
  }
  const [job = ''] = scheduler.status().find(({ name }) => name === schedule)?.functions ?? [];
  const time = clock.now().toISOString();
  const answer = await pool.invoke(job, JSON.stringify({ time }));
  return answer.ok
    ? { schedule, time, ok: true, result: JSON.parse(answer.payload) }
    : { schedule, time, ok: false, error: `${answer.error.errorType}: ${answer.error.errorMessage}` };
}

/** Advances the clock, and ends with a summary, also when it is stopped on the way. */
export async function advance(
  until: Date,
  emit: (line: unknown) => void,
  {
    runner: { scheduler, clock },
    database,
    gone,
  }: Pick<CommandParts, 'database' | 'gone'> & {
    readonly runner: Pick<CommandParts['runner'], 'scheduler' | 'clock'>;
  },
): Promise<void> {
  let [firings, failed] = [0, 0];
  const since = await lastTransaction(database);
  const count = (firing: Firing): void => {
    firings += 1;
    if (!firing.ok) failed += 1;
    emit(firing);
  };
  await scheduler.advance(until, count, gone);
  const changes = await changesSince(database, since);
  emit({ time: clock.now().toISOString(), firings, failed, changes } satisfies Advanced);
}

const LATEST_UPLOADS = `
  select u.id, t.slug as tenant, u.filename, u.state, u.rows, u.accepted, u.rejected
  from vestry.uploads u join vestry.tenants t on t.id = u.tenant_id
  order by u.id desc limit 10`;

/** Lists uploads of every tenant, as the database's owner: this is the operator's machine. */
async function latestUploads(database: DatabaseConnection): Promise<UploadRow[]> {
  return asOwner(database, async (client) => (await client.query<UploadRow>(LATEST_UPLOADS)).rows);
}
