import { randomUUID } from 'node:crypto';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import type { PlatformFile } from '#local/platform-file.ts';
import type { Principal } from '#platform/http/authorize.ts';
import type { TestTenant } from './tenants.ts';

/** A credential of a tenant, with the identity that events of S3 name. */
export interface TestCredential {
  readonly id: string;
  readonly principalId: string;
  readonly ownerId: string;
}

/** Inserts a live credential, which an ADMIN owns unless another does. Nobody has its key. */
export async function insertDropCredential(
  admin: pg.Pool,
  tenant: TestTenant,
  {
    principalId = `AWS:AIDA${randomUUID()}`,
    expiresAt = '2099-01-01',
    owner = tenant.as('ADMIN'),
  }: { readonly principalId?: string; readonly expiresAt?: string; readonly owner?: Principal } = {},
): Promise<TestCredential> {
  const ownerId = owner.actorId;
  const { rows } = await admin.query<{ id: string }>(
    `insert into drop_credentials (tenant_id, name, folder, owner_id, state, slot, access_key_id, principal_id, expires_at, shown_at)
       select $1, 'test', $2, $3, 'ACTIVE', 1 + count(*)::int, 'AKIA', $4, $5, now()
       from drop_credentials where tenant_id = $1 and state = 'ACTIVE' returning id`,
    [tenant.id, tenant.slug, ownerId, principalId, expiresAt],
  );
  return { id: rows[0]?.id ?? '', principalId, ownerId };
}

const credentials = new WeakMap<pg.Pool, Map<string, Promise<TestCredential>>>();

/** Returns the credential by which the tests drop files of a tenant. */
export function dropCredentialOf(admin: pg.Pool, tenant: TestTenant): Promise<TestCredential> {
  const known = credentials.get(admin) ?? new Map<string, Promise<TestCredential>>();
  credentials.set(admin, known);
  const credential = known.get(tenant.id) ?? insertDropCredential(admin, tenant);
  known.set(tenant.id, credential);
  return credential;
}

const POLICY = 'arn:aws:iam::000000000000:policy/vestry-local-drop';

/** Returns a client that puts files into the folder of a tenant that was inserted into the database of a local platform. */
export async function dropClientOf(
  file: PlatformFile,
  admin: pg.Pool,
  tenant: TestTenant,
): Promise<S3Client> {
  const { awsEndpointUrl: endpoint, region, accessKeyId, secretAccessKey } = file;
  const iam = new IAMClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const of = { UserName: `vestry-local-drop-${randomUUID()}` };
  const Tags = [{ Key: 'folder', Value: tenant.slug }];
  const { User } = await iam.send(new CreateUserCommand({ ...of, Tags, PermissionsBoundary: POLICY }));
  await iam.send(new AttachUserPolicyCommand({ ...of, PolicyArn: POLICY }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand(of));
  await insertDropCredential(admin, tenant, { principalId: `AWS:${User?.UserId}` });
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}
