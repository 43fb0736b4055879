import { afterEach, expect, test, vi } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

afterEach(() => void vi.unstubAllEnvs());

test('a deployment hashes at the cost that OWASP asks for, and a hash keeps its own', async () => {
  vi.stubEnv('VESTRY_PASSWORD_LOG2_N', '');
  const hash = await hashPassword('correct horse battery');
  expect(hash).toMatch(/^scrypt\$17\$8\$1\$/);
  vi.stubEnv('VESTRY_PASSWORD_LOG2_N', '10');
  expect(await verifyPassword('correct horse battery', hash)).toBe(true);
  expect(await verifyPassword('another password', hash)).toBe(false);
  expect(await hashPassword('correct horse battery')).toMatch(/^scrypt\$10\$8\$1\$/);
});

test('nobody has a password', async () => {
  expect(await verifyPassword('correct horse battery', undefined)).toBe(false);
});
