import { StartError } from 'template-runner/start-error';
import type { PlatformFile } from './platform-file.ts';

/** Completes a sign-in that demands a second factor, and returns the access token. */
export type SecondFactor = (apiUrl: string, mfaToken: string) => Promise<string>;

/** The environment of the demo demands none. */
const withoutSecondFactor: SecondFactor = async (apiUrl) => {
  throw new StartError(
    `the environment demands a second factor: sign in at ${apiUrl}/api/auth/login, and go on at ${apiUrl}/api/auth/mfa`,
  );
};

/** An access token of a demo user, or of the operator, of the platform that runs. */
export async function accessToken(
  file: PlatformFile,
  who: string,
  role = 'ADMIN',
  secondFactor = withoutSecondFactor,
): Promise<string> {
  const credentials = who === 'operator' ? file.operator : { tenant: who, ...demoUser(file, who, role) };
  const answer = await fetch(`${file.apiUrl}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  }).catch(() => {
    throw new StartError(`the platform is not running at ${file.apiUrl}: run npm start`);
  });
  if (!answer.ok)
    throw new StartError(`signing in as ${who} answered ${answer.status} ${await answer.text()}`);
  const tokens = (await answer.json()) as { access_token: string } | { mfa_token: string };
  return 'mfa_token' in tokens ? secondFactor(file.apiUrl, tokens.mfa_token) : tokens.access_token;
}

function demoUser(
  { tenants }: PlatformFile,
  slug: string,
  role: string,
): { email: string; password: string } {
  const tenant = tenants.find((candidate) => candidate.slug === slug);
  const known =
    tenants.map((candidate) => candidate.slug).join(', ') || 'none: the platform was started with --no-demo';
  if (tenant === undefined) throw new StartError(`there is no demo tenant ${slug}; there are ${known}`);
  const user = tenant.users.find((candidate) => candidate.role === role.toUpperCase());
  if (user === undefined) throw new StartError(`${slug} has no demo user with the role ${role}`);
  return { email: user.email, password: user.password };
}

/** Returns the variables that an AWS client needs to reach the platform, as shell commands. */
export function shellEnvironment(file: PlatformFile): string {
  return [
    `export AWS_ENDPOINT_URL=${file.awsEndpointUrl}`,
    `export AWS_REGION=${file.region} AWS_DEFAULT_REGION=${file.region}`,
    `export AWS_ACCESS_KEY_ID=${file.accessKeyId}`,
    `export AWS_SECRET_ACCESS_KEY=${file.secretAccessKey}`,
    `export UPLOADS=s3://${file.buckets.uploads ?? Object.values(file.buckets)[0] ?? ''}`,
  ].join('\n');
}
