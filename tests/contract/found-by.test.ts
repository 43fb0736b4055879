import { expect, test } from 'vitest';
import { jobs } from '../../shared/jobs.ts';

const scheduled = new Set(jobs.filter(({ kind }) => kind === 'scheduled').map(({ name }) => name));
const asynchronous = jobs.filter((job) => job.kind !== 'scheduled');

test.each(asynchronous)(
  'work of $name whose message or execution is lost is found by a sweep that there is',
  (job) => {
    expect(scheduled).toContain(job.foundBy.sweep);
    expect(job.foundBy.rows).not.toBe('');
  },
);
