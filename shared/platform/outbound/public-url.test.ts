import { describe, expect, test } from 'vitest';
import { maskedUrl, normalisedUrl, refuseUrl } from './public-url.ts';

const nowhere = { loopback: false };
const here = { loopback: true };

test.each([
  'https://hooks.acme.example/vestry?key=1',
  'https://hooks.acme.example:8443/',
  'https://8.8.8.8/',
  'https://[2606:4700:4700::1111]/x',
  'https://xn--bcher-kva.example/',
])('%s may be called', (url) => {
  expect(refuseUrl(url, nowhere)).toBeUndefined();
});

describe('is refused', () => {
  test.each([
    'http://hooks.acme.example/',
    'ftp://hooks.acme.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'hooks.acme.example',
    '',
    'https://',
    'https://user:pass@hooks.acme.example/',
    'https://hooks.acme.example/#fragment',
    'https://hooks.acme.example:25/',
    'https://hooks.acme.example:22/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://db/',
    'https://metadata.google.internal/computeMetadata/v1/',
    'https://printer.local/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://169.254.170.2/v2/credentials',
    'https://[fd00:ec2::254]/',
    'https://10.0.0.8/',
    'https://192.168.0.1/',
    'https://100.100.100.200/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fe80::1]/',
    'https://0.0.0.0/',
    'https://hooks.ac\tme.example/',
    'https://hooks.acme\n.example/',
    ' https://hooks.acme.example/',
    'https://hooks.acme.example/\u0000',
  ])('%s', (url) => {
    expect(refuseUrl(url, nowhere)).toEqual(expect.any(String));
  });
});

test('in development this machine is allowed, and nothing else that is private', () => {
  for (const url of ['http://127.0.0.1:4000/', 'http://localhost:4000/', 'https://[::1]:4000/'])
    expect(refuseUrl(url, here), url).toBeUndefined();
  for (const url of [
    'http://10.0.0.1/',
    'https://169.254.169.254/',
    'http://hooks.acme.example/',
    'ws://127.0.0.1/',
  ])
    expect(refuseUrl(url, here), url).toEqual(expect.any(String));
});

test.each([
  ['HTTPS://Hooks.ACME.example:443/a/../b', 'https://hooks.acme.example/b'],
  ['https://hooks.acme.example', 'https://hooks.acme.example/'],
  ['https://hooks.acme.example./x', 'https://hooks.acme.example/x'],
  ['https://hooks.acme.example:8443/x', 'https://hooks.acme.example:8443/x'],
  ['https://bücher.example/x', 'https://xn--bcher-kva.example/x'],
  ['https://hooks.acme.example/x?', 'https://hooks.acme.example/x'],
  ['https://hooks.acme.example/x#', 'https://hooks.acme.example/x'],
  ['https://@hooks.acme.example/x', 'https://hooks.acme.example/x'],
  [' https://hooks.acme.example/x\n', 'https://hooks.acme.example/x'],
  ['https://hooks.acme.example/x?key=A%20b', 'https://hooks.acme.example/x?key=A%20b'],
])('%s is kept as %s', (text, kept) => {
  expect(normalisedUrl(text)).toBe(kept);
  expect(normalisedUrl(kept)).toBe(kept);
});

test.each([
  ['https://hooks.acme.example/x', 'https://hooks.acme.example/x'],
  ['https://hooks.acme.example/x?key=secret&b=2=3', 'https://hooks.acme.example/x?key=***&b=***'],
  ['https://hooks.acme.example/x?secret', 'https://hooks.acme.example/x?***'],
  ['https://hooks.acme.example/x?&key=', 'https://hooks.acme.example/x?key=***'],
])('%s is shown as %s', (text, shown) => {
  expect(maskedUrl(text)).toBe(shown);
});
