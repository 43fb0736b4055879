import { describe, expect, test } from 'vitest';
import { jobs } from '../../shared/jobs.ts';

const scheduled = new Set(jobs.filter(({ kind }) => kind === 'scheduled').map(({ name }) => name));
/** Whoever calls a function waits for it, and so is the one to miss its answer. */
const asynchronous = jobs.filter((job) => job.kind === 'queue' || job.kind === 'step');
/** The jobs whose lost work no row shows: whoever misses a mail asks for another. */
const FOUND_BY_NOBODY = ['announce-changes', 'post-notices', 'send-mail'];

describe('work whose message or execution is lost', () => {
  test.each(asynchronous)('of $name is found by a sweep that there is, or by a person', ({ foundBy }) => {
    if ('sweep' in foundBy) expect(scheduled).toContain(foundBy.sweep);
    else expect(foundBy.nobody).toMatch(/dead letter/);
  });

  test('is found by nobody in few cases, which are named', () => {
    const byNobody = asynchronous.filter(({ foundBy }) => 'nobody' in foundBy).map(({ name }) => name);
    expect(byNobody.sort()).toEqual(FOUND_BY_NOBODY);
  });
});
