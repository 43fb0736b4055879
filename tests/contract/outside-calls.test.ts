import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const FACTORY = 'shared/platform/aws/client.ts';
const files = globSync(['shared/**/*.ts', 'functions/**/*.ts'])
  .filter((file) => !file.endsWith('.test.ts') && file !== FACTORY)
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** Returns each call of a function with its arguments, up to the end of the statement. */
const callsOf = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`(?<![.\\w])${name}\\(`, 'g'))].map(({ index }) =>
    text.slice(index, text.indexOf(');', index)),
  );

describe('every call to the outside has a limit of time', () => {
  test('clients of AWS come from the one factory', () => {
    const others = files.filter(({ text }) => /new (\w+\.)?\w+Client\(/.test(text)).map(({ file }) => file);
    expect(others).toEqual([]);
    expect(files.some(({ text }) => text.includes('awsClient('))).toBe(true);
  });

  test('requests over HTTP are given up after a time', () => {
    const calls = files.flatMap(({ file, text }) => callsOf(text, 'fetch').map((call) => ({ file, call })));
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.filter(({ call }) => !call.includes('signal: AbortSignal.timeout('))).toEqual([]);
  });

  test('sockets are opened by nothing else but the one request whose address was checked, which takes a signal', () => {
    const openers = files
      .filter(({ text }) =>
        /import\('node:https?'\)|from 'node:(https?|net|tls|http2)'/.test(
          text.replace(/import type [^;]+;/g, ''),
        ),
      )
      .filter(({ text }) => /\brequest\(|createConnection|connect\(/.test(text))
      .map(({ file }) => file);
    expect(openers).toEqual(['shared/platform/outbound/pinned-request.ts']);
  });
});
