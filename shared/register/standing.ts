import { DomainError } from '#kernel/domain-error.ts';

interface Standing {
  readonly status: string;
  readonly version: number;
}

/** @throws DomainError `shareholder-closed` */
export function refuseClosed(shareholder: Pick<Standing, 'status'>): void {
  if (shareholder.status === 'CLOSED')
    throw new DomainError(
      'shareholder-closed',
      'A closed shareholder cannot be changed: reopen it with POST /shareholders/{id}/reopen.',
    );
}
