import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalPlatform } from '#local/platform.ts';
import { generatePassword, type LocalTenant, type LocalUser } from '#local/platform-file.ts';
import { StartError } from '#local/start-error.ts';

const REGISTER_ROWS = 500;
const REGISTER_TIMEOUT_MS = 60_000;
const ROLES = ['OPS', 'COMPLIANCE', 'EMPLOYEE'] as const;

const TENANTS = [
  { slug: 'acme', name: 'Acme Corporation', type: 'ISSUER' },
  { slug: 'globex', name: 'Globex Plan Services', type: 'SPONSOR' },
] as const;

/** Loads two tenants with a user of each role, and a register, through the API and the drop folder that customers use. */
export async function loadDemo(platform: LocalPlatform): Promise<readonly LocalTenant[]> {
  const operator = await signIn(platform, platform.file.operator);
  const tenants = await Promise.all(TENANTS.map((tenant) => createTenant(platform, operator, tenant)));
  await dropRegister(platform, 'acme');
  return tenants;
}

async function post<T>(
  platform: LocalPlatform,
  path: string,
  token: string | undefined,
  body: object,
): Promise<T> {
  const answer = await fetch(`${platform.file.apiUrl}/api${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new StartError(`the demo data could not be loaded: POST ${path} answered ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}

async function signIn(
  platform: LocalPlatform,
  credentials: { tenant?: string; email: string; password: string },
): Promise<string> {
  const { tenant, email, password } = credentials;
  const body = { ...(tenant === undefined ? {} : { tenant }), email, password };
  return (await post<{ access_token: string }>(platform, '/auth/login', undefined, body)).access_token;
}

async function createTenant(
  platform: LocalPlatform,
  operatorToken: string,
  { slug, name, type }: (typeof TENANTS)[number],
): Promise<LocalTenant> {
  const admin: LocalUser = { email: `admin@${slug}.example`, password: generatePassword(), role: 'ADMIN' };
  const { email, password } = admin;
  await post(platform, '/tenants', operatorToken, { slug, name, type, admin: { email, password } });
  const token = await signIn(platform, { tenant: slug, email, password });
  const users: LocalUser[] = [admin];
  for (const role of ROLES) {
    const user: LocalUser = {
      email: `${role.toLowerCase()}@${slug}.example`,
      password: generatePassword(),
      role,
      ...(role === 'EMPLOYEE' ? { employee_id: 'E-1001' } : {}),
    };
    await post(platform, '/users', token, user);
    users.push(user);
  }
  return { slug, type, users };
}

async function dropRegister(platform: LocalPlatform, slug: string): Promise<void> {
  const { awsEndpointUrl, region, accessKeyId, secretAccessKey, buckets } = platform.file;
  const client = new S3Client({
    endpoint: awsEndpointUrl,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: buckets.uploads,
        Key: `drop/${slug}/shareholders/register.csv`,
        Body: registerCsv(REGISTER_ROWS),
        ContentType: 'text/csv',
      }),
    );
  } finally {
    client.destroy();
  }
  if (!(await platform.drained(REGISTER_TIMEOUT_MS)))
    throw new StartError(
      `the demo register was not loaded in ${REGISTER_TIMEOUT_MS / 1000} s: see the functions' log`,
    );
}

const GIVEN_NAMES = [
  'Ada',
  'Grace',
  'Alan',
  'Katherine',
  'Edsger',
  'Barbara',
  'Donald',
  'Frances',
  'Ken',
  'Radia',
];
const FAMILY_NAMES = [
  'Okafor',
  'Lindgren',
  'Moreau',
  'Tanaka',
  "O'Neill",
  'García',
  'Novak',
  'Haddad',
  'Silva',
  'Weber',
];

/** The same on every machine. */
function registerCsv(rows: number): string {
  const lines = ['external_ref,name,email,holdings'];
  for (let index = 1; index <= rows; index++) {
    const reference = `ACME-${String(index).padStart(5, '0')}`;
    const given = GIVEN_NAMES[index % GIVEN_NAMES.length];
    const family = FAMILY_NAMES[Math.floor(index / GIVEN_NAMES.length) % FAMILY_NAMES.length];
    const holdings = `${((index * 7919) % 9_000) + 10}${index % 10 === 0 ? '.5' : ''}`;
    lines.push(`${reference},${given} ${family},holder${index}@register.example,${holdings}`);
  }
  return `${lines.join('\n')}\n`;
}
