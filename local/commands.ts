import pg from 'pg';
import type { ExecutionsStatus, FunctionStatus, ScheduleStatus, TemplateRunner } from 'template-runner';
import type { DatabaseProxy, ProxyCounts } from 'template-runner/database-proxy';
import { resolveFunction } from 'template-runner/templates';
import type { Command } from './control.ts';
import type { DatabaseConnection } from './postgres/postgres.ts';

export interface CommandParts {
  readonly runner: TemplateRunner;
  readonly database: DatabaseConnection;
  readonly proxy: DatabaseProxy;
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
  { runner, database, proxy }: CommandParts,
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
      emit(await scheduler.fire(command.schedule));
      return;
    case 'advance':
      await scheduler.advance(new Date(command.until), emit);
      return;
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

const LATEST_UPLOADS = `
  select u.id, t.slug as tenant, u.filename, u.state, u.rows, u.accepted, u.rejected
  from vestry.uploads u join vestry.tenants t on t.id = u.tenant_id
  order by u.id desc limit 10`;

/** Lists uploads of every tenant, as the database's owner: this is the operator's machine. */
async function latestUploads({
  host,
  port,
  database,
  user,
  password,
  ssl,
}: DatabaseConnection): Promise<UploadRow[]> {
  const client = new pg.Client({ host, port, database, user, password, ssl });
  await client.connect();
  try {
    return (await client.query<UploadRow>(LATEST_UPLOADS)).rows;
  } finally {
    await client.end();
  }
}
