import type { z } from 'zod';
import { problemRegistry, problemType } from '#contracts/problems.ts';
import type { DomainError } from '#kernel/domain-error.ts';
import type { decideChanges } from './approvals.routes.ts';

type Outcome = z.infer<(typeof decideChanges)['response']>['data'][number];

/** Renders the outcome of an item that was refused. Functions load this file when they meet the first. */
export function refusedItem(id: string, { slug, message }: DomainError): Outcome {
  const { status, title } = problemRegistry[slug];
  return {
    id,
    status,
    change_request: null,
    problem: { type: problemType(slug), title, status, detail: message },
  };
}
