import { expect, test } from 'vitest';
import { deviceOf } from './device.ts';

test.each<[string, string | undefined]>([
  ['Firefox on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  [
    'Chrome on macOS',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36',
  ],
  [
    'Edge on Windows',
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0',
  ],
  [
    'Safari on iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
  ],
  ['curl', 'curl/8.15.0'],
  ['a program on Linux', 'app (Linux)'],
  ['another program', 'Your account is locked: visit https://evil.example'],
  ['another program', undefined],
])('%s, and nothing that the client has written', (device, userAgent) => {
  expect(deviceOf(userAgent)).toBe(device);
});
