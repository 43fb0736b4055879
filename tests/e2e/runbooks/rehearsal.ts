import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { expect } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import type { Json } from '#tests/support/json.ts';
import { magic } from '#tests/support/payment-client.ts';
import { blocks, commands } from '#tests/support/runbook.ts';
import { eventually, type RunningPlatform } from '../platform.ts';

/** Tokens are good for fifteen minutes. */
const BEGIN_ANEW_MS = 10 * 60_000;
const PASSWORD = 'plum trolley ninety saturn';
const ROLES = ['ADMIN', 'COMPLIANCE', 'OPS'] as const;

/** A tenant that a rehearsal has made for itself. */
export interface RehearsedTenant {
  readonly id: string;
  readonly slug: string;
  /** Commands that make the tenant's people those of the runbook. */
  readonly people: string;
}

/** A running platform, and somebody who was woken and follows runbooks on it, to the letter. */
export class Rehearsal {
  readonly platform: RunningPlatform;
  #begun: { readonly file: string; readonly atMs: number } | undefined;

  constructor(platform: RunningPlatform) {
    this.platform = platform;
  }

  /** Runs commands as somebody who has begun as the README of the runbooks says. Throws what they have printed when one fails. */
  async follow(...steps: readonly string[]): Promise<string> {
    if (this.#begun === undefined || Date.now() - this.#begun.atMs > BEGIN_ANEW_MS) {
      const file = join(this.platform.dataDir, 'begun.sh');
      const begin = commands('README.md', 'Before you begin').join('\n');
      await this.#run(`${begin}\n{ export -p; declare -f; } > ${file}`);
      this.#begun = { file, atMs: Date.now() };
    }
    return this.#run([`. ${this.#begun.file}`, ...steps].join('\n'));
  }

  /** Begins anew: all sessions have ended. */
  forget(): void {
    this.#begun = undefined;
    this.platform.forget();
  }

  async #run(script: string): Promise<string> {
    const { stdout } = await this.platform
      .documented(script)
      .catch((error: { stdout: string; stderr: string }) => {
        throw new Error(`${error.stdout.slice(-2000)}\n${error.stderr.slice(-2000)}`);
      });
    return stdout;
  }

  /** Leaves out what the first version of the AWS CLI neither knows nor needs. */
  asThisCli(block: string): string {
    const version = execFileSync('aws', ['--version'], { encoding: 'utf8' });
    return version.startsWith('aws-cli/1.') ? block.replaceAll(/--cli-binary-format \S+/g, '') : block;
  }

  local(...words: string[]): Promise<string> {
    return this.follow(`npm run local -- ${words.join(' ')}`);
  }

  /** The instant on the platform's clock. */
  async now(): Promise<Date> {
    return new Date(JSON.parse(await this.local('status', '--json')).time);
  }

  /** Moves the platform's clock ahead by so many days. */
  async advanceDays(days: number): Promise<void> {
    await this.local('advance', addDays(dayOf(await this.now()), days));
  }

  /** Runs the block of SQL at a place below a heading, as its first line says, and returns the rows of its last statement. */
  async sql(
    [document, heading, place = 0]: readonly [document: string, heading: string, place?: number],
    values: Readonly<Record<string, string>> = {},
  ): Promise<Json[]> {
    const block = blocks('sql', document, heading)[place] ?? '';
    const role = /^\s*-- as (\w+)/.exec(block)?.[1] ?? '';
    const text = block.replaceAll(/(?<!:):(\w+)/g, (whole, name: string) => values[name] ?? whole);
    return this.asSuperuser(async (client) => {
      // The master of a cluster on AWS may end sessions and sees all of them.
      await client.query(role === 'vestry_master' ? 'select' : `set role ${role}`);
      const results = await client.query(text);
      return [results].flat().at(-1)?.rows ?? [];
    });
  }

  async asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.platform.file.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Creates an issuer with a user of each role who decides. */
  async newIssuer(slug: string): Promise<RehearsedTenant> {
    const { platform } = this;
    const user = (role: string) => ({ email: `${role.toLowerCase()}@${slug}.example`, password: PASSWORD });
    const [admin, first_compliance] = [user('ADMIN'), user('COMPLIANCE')];
    const tenant = { slug, name: slug, type: 'ISSUER', admin, first_compliance };
    const { status, text, body } = await platform.api('operator', 'POST', '/tenants', tenant);
    expect(status, text).toBe(201);
    platform.know({ slug, type: 'ISSUER', users: ROLES.map((role) => ({ ...user(role), role })) });
    await this.newUser(slug, { ...user('OPS'), role: 'OPS' });
    return { id: body.id, slug, people: await this.people(slug) };
  }

  /** Commands that make a tenant's people those of the runbook. */
  async people(slug: string): Promise<string> {
    const tokens = await Promise.all(
      ROLES.map(async (role) => `export ${role}=${await this.platform.token(slug, role)}`),
    );
    return [...tokens, 'export TOKEN=$OPS'].join('\n');
  }

  /** Creates a user of a tenant, with a second person. */
  async newUser(slug: string, user: { email: string; password: string; role: string }): Promise<void> {
    const { status, text, body } = await this.platform.api(`${slug}/ADMIN`, 'POST', '/users', user);
    expect(status, text).toBe(202);
    await this.approved(slug, body.id);
  }

  async approved(slug: string, change: string): Promise<void> {
    const answer = await this.platform.api(`${slug}/COMPLIANCE`, 'POST', `/approvals/${change}/approve`);
    expect(answer.status, answer.text).toBe(200);
  }

  /** Has the second person of each tenant that isn't suspended deny what waits. */
  async denyWaiting(): Promise<void> {
    const { data } = (await this.platform.api('operator', 'GET', '/tenants?limit=200')).body;
    const active = data.filter(({ status }: Json) => status === 'ACTIVE').map(({ slug }: Json) => slug);
    for (const { slug } of this.platform.file.tenants.filter((tenant) => active.includes(tenant.slug))) {
      const list = '/approvals?state=PENDING&limit=200';
      const waiting: Json[] = (await this.platform.api(`${slug}/COMPLIANCE`, 'GET', list)).body.data;
      for (const { id } of waiting)
        await this.platform.api(`${slug}/COMPLIANCE`, 'POST', `/approvals/${id}/deny`);
    }
  }

  /** Calls a route without a token. */
  async post(path: string, body: object): Promise<{ status: number; body: Json }> {
    const answer = await fetch(`${this.platform.file.apiUrl}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Json };
  }

  signIn(slug: string, email: string, password = PASSWORD): Promise<{ status: number; body: Json }> {
    return this.post('/auth/login', { tenant: slug, email, password });
  }

  /** The status of a request for one's own account by an access token. */
  async standing(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${this.platform.file.apiUrl}/api/me`, { headers })).status;
  }

  /** Enters a verified holder with an account at the mock bank, whose number says what becomes of payments. Nothing cools off. */
  async payee(slug: string, last4: string): Promise<string> {
    const as = (role: string, method: string, path: string, body: object, version?: number) =>
      this.platform.api(`${slug}/${role}`, method, path, body, {
        'idempotency-key': randomUUID(),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      });
    const holder = { external_ref: randomUUID(), name: 'Ada Holder' };
    const entered = await as('OPS', 'POST', '/shareholders', holder);
    expect(entered.status, entered.text).toBe(201);
    const { id, version } = entered.body;
    await as('COMPLIANCE', 'PATCH', `/shareholders/${id}/kyc`, { status: 'VERIFIED' }, version);
    const account = await as('OPS', 'POST', `/shareholders/${id}/bank-accounts`, {
      ...{ routing_number: '121042882', account_number: magic(last4), account_type: 'CHECKING' },
      holder_name: holder.name,
    });
    expect(account.status, account.text).toBe(202);
    await this.approved(slug, account.body.id);
    return id;
  }

  async pay(slug: string, shareholder_id: string, amount: string): Promise<string> {
    const order = { shareholder_id, amount, currency: 'USD' };
    const key = { 'idempotency-key': randomUUID() };
    const answer = await this.platform.api(`${slug}/OPS`, 'POST', '/transactions/disburse', order, key);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body.id;
  }

  async payment(slug: string, id: string): Promise<Json> {
    return (await this.platform.api(`${slug}/OPS`, 'GET', `/transactions/${id}`)).body;
  }

  /** Waits until a payment has a status. */
  reaches(slug: string, id: string, status: string): Promise<Json> {
    return eventually(
      () => this.payment(slug, id),
      (payment) => payment.status === status,
    );
  }

  /** Changes how a tenant pays, with a second person. */
  async setPayments(slug: string, settings: object): Promise<void> {
    const { version } = (await this.platform.api(`${slug}/ADMIN`, 'GET', '/settings/payments')).body;
    const ifMatch = { 'if-match': `"${version}"` };
    const asked = await this.platform.api(`${slug}/ADMIN`, 'PUT', '/settings/payments', settings, ifMatch);
    expect(asked.status, asked.text).toBe(202);
    await this.approved(slug, asked.body.id);
  }

  /** Puts a file where a bank brings it, and waits until it is read. */
  async brought(slug: string, name: string, content: string, state: string): Promise<Json> {
    const s3 = this.platform.s3();
    const Key = `ach/inbound/${slug}/${name}`;
    await s3.send(new PutObjectCommand({ Bucket: this.platform.file.buckets.uploads, Key, Body: content }));
    s3.destroy();
    const files = async () =>
      (await this.platform.api(`${slug}/OPS`, 'GET', '/bank-files?direction=inbound')).body.data;
    const found = await eventually(files, (list) =>
      list.some((file: Json) => file.object_key === Key && file.state === state),
    );
    return found.find((file: Json) => file.object_key === Key);
  }
}
