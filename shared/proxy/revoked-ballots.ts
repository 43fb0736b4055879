/** The ballots that a file has cast stand until one of them may have been revoked. */
export { hasRevokedSince } from './revoked-votes.repository.ts';
