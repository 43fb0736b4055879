/**
 * A resource that a function may use beyond the application's database role. A route or a job names its resources;
 * `lib` turns each into least-privilege grants and into the environment variables that `#platform/environment.ts`
 * reads.
 */
export type Resource =
  /** Connect to Postgres as `vestry_system`, which sees every tenant. Needs a written reason where it is used. */
  | 'database:system'
  | 'uploadsBucket:read'
  | 'uploadsBucket:write'
  /** Know where the drop folder is. */
  | 'dropFolder:know'
  /** Create and remove the users by whose keys tenants write into their folders. */
  | 'dropUsers:manage'
  | 'rejectedRowsQueue:send'
  /** Send to the queue of a {@link QueueJob}, by the queue's name. */
  | QueueSend
  /** Call a function outside the network, a {@link CalledJob}, by its name. */
  | FunctionCall
  | 'eventBus:put'
  /** Start executions of the disbursement state machine: straight, or by publishing what was committed. */
  | 'disbursementMachine:start'
  /** Report to an execution what it waits for. */
  | 'disbursementMachine:report'
  /** Know whether there is a bank that takes orders, and how long to wait for it. */
  | 'bank:terms'
  /** Call the bank: its address, and the key with which it verifies us. */
  | 'bank:call'
  /** The key with which we verify the bank. */
  | 'bank:verify'
  /** Seal and open account numbers. */
  | 'fieldKey:use'
  /** Add a key that seals them. */
  | 'fieldKey:rotate'
  /** Read what the bank has put into the inbound folder, write what it fetches from the outbound one. */
  | 'inboundFiles:read'
  | 'outboundFiles:write'
  | 'bankFiles:read'
  /** Play the bank: where its callbacks go. Only functions of the mock bank. */
  | 'mockBank:play'
  /** Write exports of reports, and hand out links to them. */
  | 'exports:read'
  | 'exports:write'
  /** Know which addresses of webhooks and identity providers may be called. */
  | 'outside:address'
  /** Send mail from the environment's address. */
  | 'mail:send'
  /** Know the address that links in mails begin with. */
  | 'links:public'
  /** Know whether an ADMIN may set the passwords of others. */
  | 'passwords:byAdmin'
  /** Know the time zone of tenants that name none. */
  | 'timeZone:default'
  /** Know whether privileged users need a second factor where their tenant has set nothing. */
  | 'secondFactor:demand'
  /** Know by which address browsers reach the platform. */
  | 'publicAddress:know'
  /** Know whom to tell of a weakness. */
  | 'security:contact'
  /** Read and list what was exported of the audit trail; add to it, under Object Lock. */
  | 'auditBucket:read'
  | 'auditBucket:write'
  /** Sign digests of the audit trail; replace the key that does. */
  | 'auditKeys:read'
  | 'auditKeys:write'
  /** Know for how long records are kept. */
  | 'retentionPolicy:read'
  | 'signingKeys:read'
  | 'signingKeys:write'
  /** Read the platform's metrics from CloudWatch. */
  | 'metrics:read'
  /** Count the messages of every queue; look at those that failed for good; send these back to their queues. */
  | 'queues:inspect'
  | 'deadLetters:read'
  | 'deadLetters:redrive'
  /** List the executions of the disbursement machine; list the rules that fire jobs. */
  | 'executions:inspect'
  | 'schedules:inspect';

export type QueueSend = `queue:${string}:send`;

export type FunctionCall = `function:${string}:call`;

/** Returns the name of the variable that holds the ARN of a called function: `fetch-public` → `FETCH_PUBLIC_FUNCTION_ARN`. */
export function functionArnVariable(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_FUNCTION_ARN`;
}

/** Returns the name of the variable that holds a queue's URL: `dividends` → `DIVIDENDS_QUEUE_URL`. */
export function queueUrlVariable(queue: string): string {
  return `${queue.toUpperCase().replaceAll('-', '_')}_QUEUE_URL`;
}

/** Returns the name of the variable that holds a state machine's ARN: `disbursement` → `DISBURSEMENT_MACHINE_ARN`. */
export function machineArnVariable(machine: string): string {
  return `${machine.toUpperCase().replaceAll('-', '_')}_MACHINE_ARN`;
}
