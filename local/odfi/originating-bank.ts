import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { type Answer, answersTo, type Received } from './answers-to.ts';

const OUTBOUND = 'ach/outbound/';
const INBOUND = 'ach/inbound/';

export interface OriginatingBankOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Told what the bank does, a line each. */
  report(line: string): void;
  /** Whether the bank was told to say nothing. @default it never is */
  isSilent?(): boolean;
}

/** A file of ours, and what the bank has done with it. */
export interface FileAtBank {
  readonly object_key: string;
  readonly state: 'FETCHED' | 'NOT_FETCHED';
  readonly entries: number | null;
  readonly answers: readonly {
    readonly name: string;
    readonly due: string;
    readonly says: string;
    readonly brought: boolean;
  }[];
}

interface Known extends Received {
  readonly key: string;
  readonly tenant: string;
}

interface Due extends Answer {
  readonly key: string;
}

/**
 * Plays the bank of every tenant that pays by files, as any client of the bucket: fetches what is written for it, acknowledges it,
 * and brings returns and notifications of change. It keeps nothing: which answers are due follows from a file, and which of them it has
 * brought from what lies in the bucket. So it goes on where it was after a restart, and after silence with all that is due by then.
 */
export class OriginatingBank {
  readonly #options: OriginatingBankOptions;
  /** The files that were read, by their key: what is written is never written anew. */
  readonly #known = new Map<string, Known>();
  /** The answers that the bank will bring, the next first. */
  #waiting: Due[] = [];
  #mustLook = true;
  #turn: Promise<unknown> = Promise.resolve();
  #acts = 0;

  constructor(options: OriginatingBankOptions) {
    this.#options = options;
  }

  /** Tells the bank that something new lies in the bucket. */
  notice(): void {
    this.#mustLook = true;
  }

  /** Returns when it brings something next. */
  nextDue(): Date | undefined {
    return this.#isSilent() ? undefined : this.#waiting[0]?.due;
  }

  /** Fetches what is new and brings what is due. Answers whether it has done anything since it was asked. */
  async act(now: Date): Promise<boolean> {
    const before = this.#acts;
    const turn = this.#turn.catch(() => undefined).then(() => this.#act(now));
    this.#turn = turn;
    await turn;
    return this.#acts !== before;
  }

  /** Lists the files that were written for the bank, the newest last, with its answers. */
  async list(): Promise<FileAtBank[]> {
    const brought = new Set(await this.#keys(INBOUND));
    return (await this.#keys(OUTBOUND)).map((key): FileAtBank => {
      const file = this.#known.get(key);
      if (file?.isFetched !== true)
        return { object_key: key, state: 'NOT_FETCHED', entries: null, answers: [] };
      const answers = file.answers.map(({ name, due, says }) => ({
        ...{ name, due: due.toISOString(), says },
        brought: brought.has(placeOf(file, name)),
      }));
      return { object_key: key, state: 'FETCHED', entries: file.entries, answers };
    });
  }

  #isSilent(): boolean {
    return this.#options.isSilent?.() === true;
  }

  async #act(now: Date): Promise<void> {
    if (this.#isSilent()) return;
    if (this.#mustLook) {
      this.#mustLook = false;
      await this.#look();
    }
    for (let next = this.#waiting[0]; next !== undefined && next.due <= now; next = this.#waiting[0]) {
      const { key, text, says } = next;
      await this.#put(key, text);
      this.#waiting.shift();
      this.#acts += 1;
      this.#options.report(`bank: brought ${key}: ${says}`);
    }
  }

  async #look(): Promise<void> {
    const brought = new Set(await this.#keys(INBOUND));
    const waiting: Due[] = [];
    for (const key of await this.#keys(OUTBOUND)) {
      const isNew = !this.#known.has(key);
      const file = this.#known.get(key) ?? (await this.#fetch(key));
      const left = file.answers
        .map((answer) => ({ ...answer, key: placeOf(file, answer.name) }))
        .filter((answer) => !brought.has(answer.key));
      // Files of an earlier start that are answered are old news.
      if (isNew && (left.length > 0 || file.answers.length === 0))
        this.#options.report(`bank: ${toldOf(file)}`);
      waiting.push(...left);
    }
    this.#waiting = waiting.toSorted((a, b) => a.due.getTime() - b.due.getTime() || (a.key < b.key ? -1 : 1));
  }

  async #fetch(key: string): Promise<Known> {
    const { s3, bucket } = this.#options;
    const [tenant = '', name = ''] = key.slice(OUTBOUND.length).split('/');
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const known = { key, tenant, ...answersTo(name, (await Body?.transformToString('latin1')) ?? '') };
    this.#known.set(key, known);
    return known;
  }

  async #keys(prefix: string): Promise<string[]> {
    const { s3: client, bucket } = this.#options;
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
    ))
      keys.push(...Contents.map(({ Key = '' }) => Key));
    return keys;
  }

  async #put(key: string, text: string): Promise<void> {
    const { s3, bucket } = this.#options;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(text, 'latin1') }));
  }
}

function toldOf({ key, isFetched, entries, answers }: Known): string {
  if (!isFetched) return `leaves ${key} where it is, as an account number in it says`;
  const silence = answers.length === 0 ? ', and will say nothing of it' : '';
  return `fetched ${key}: ${entries === 1 ? '1 entry' : `${entries} entries`}${silence}`;
}

const placeOf = ({ tenant }: Known, name: string): string => `${INBOUND}${tenant}/${name}`;
