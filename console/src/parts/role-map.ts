import type { Row } from '../api/routes.ts';

type Mapping = Row<'GET /connections'>['role_map'][number];

/** A line each: the role, the claim, and the value that gives it, which may have spaces. */
export function linesOf(roleMap: readonly Mapping[]): string {
  return roleMap.map(({ role, claim, value }) => `${role} ${claim} ${value}`).join('\n');
}

/** Reads the lines of {@link linesOf}. Which roles there are, the API says. */
export function mapOf(lines: string): Mapping[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, role = '', claim = '', value = ''] = /^(\S+)\s*(\S*)\s*(.*)$/.exec(line) ?? [];
      return { role: role.toUpperCase() as Mapping['role'], claim, value };
    });
}
