import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StartError } from 'template-runner/start-error';
import { issuedDropKey } from '#local/drop-key.ts';
import type { LocalPlatform } from '#local/platform.ts';

const DRAIN_TIMEOUT_MS = 180_000;
const RETRIES = 5;

/** The ways by which demo data enters the platform; customers use the same. */
export interface DemoDoors {
  /** Answers the body. A POST carries a new Idempotency-Key unless `headers` has one. */
  call<Body = unknown>(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT',
    path: string,
    token: string | undefined,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Body>;
  /** Has a key of the drop folder issued to an ADMIN, and returns what puts files there by it. */
  dropper(token: string): Promise<(key: string, content: string) => Promise<void>>;
  /** Waits until the queues have nothing left. */
  drained(): Promise<void>;
}

/** The doors of a platform that has just started. What they refuse ends the start. */
export function demoDoors(platform: LocalPlatform): DemoDoors & { close(): void } {
  const { apiUrl, awsEndpointUrl: endpoint, region, buckets } = platform.file;
  const clients: S3Client[] = [];
  const drained = async (): Promise<void> => {
    if (await platform.drained(DRAIN_TIMEOUT_MS)) return;
    throw new StartError(
      `the demo data was not loaded in ${DRAIN_TIMEOUT_MS / 1000} s: see the functions' log`,
    );
  };
  const doors: Omit<DemoDoors, 'dropper'> = {
    call: async (method, path, token, body, headers = {}) => {
      const sent = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' && token !== undefined ? { 'idempotency-key': randomUUID() } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      };
      for (let attempt = 1; ; attempt += 1) {
        const answer = await fetch(`${apiUrl}/api${path}`, {
          method,
          headers: sent,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        if (answer.ok) return text === '' ? undefined : JSON.parse(text);
        // A function on a machine that is busy with its first start may run out of time. The key makes a second attempt harmless.
        if (answer.status < 500 || attempt === RETRIES) {
          throw new StartError(
            `the demo data could not be loaded: ${method} ${path} answered ${answer.status} ${text}`,
          );
        }
        await sleep(1_000 * attempt);
      }
    },
    drained,
  };
  const dropper: DemoDoors['dropper'] = async (token) => {
    const credentials = await issuedDropKey(
      (method, path, body) => doors.call(method, path, token, body),
      'demo data',
    );
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    clients.push(s3);
    return async (Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket: buckets.uploads, Key, Body, ContentType: 'text/csv' }));
    };
  };
  const close = (): void => {
    for (const s3 of clients) s3.destroy();
  };
  return { ...doors, dropper, close };
}
