import { type Filter, filter as testerOf } from 'scim2-parse-filter';
import { invalidField } from '#kernel/domain-error.ts';
import {
  type Attribute,
  attributeIn,
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  invalidValue,
  isRecord,
  type Resource,
  readValue,
} from './attributes.ts';
import { parseFilter } from './filter.ts';

const MAX_OPERATIONS = 100;
const OPS = ['add', 'replace', 'remove'] as const;
type Op = (typeof OPS)[number];

interface Target {
  readonly attribute: Attribute;
  readonly filter: Filter | undefined;
  readonly part: Attribute | undefined;
  /** A part of the part: the manager's name. */
  readonly inner?: Attribute | undefined;
}

/**
 * Applies the operations of a PATCH (RFC 7644, 3.5.2) to a copy of a resource, as Okta and Entra ID send them: operations in any case, words for
 * booleans, dotted names and URNs as keys of a value, and filters for entries that are not there yet.
 * @throws DomainError `validation-failed` with SCIM's code
 */
export function patched(table: readonly Attribute[], resource: Resource, body: unknown): Resource {
  const operations = isRecord(body) ? memberOf(body, 'operations') : undefined;
  if (!Array.isArray(operations) || operations.length === 0)
    throw invalidField('/Operations', 'invalidSyntax', 'must name at least one operation');
  if (operations.length > MAX_OPERATIONS)
    throw invalidField('/Operations', 'tooMany', `must name at most ${MAX_OPERATIONS} operations`);
  const copy = structuredClone(resource);
  operations.forEach((operation: unknown, index) => {
    apply(table, copy, operation, `/Operations/${index}`);
  });
  return copy;
}

function apply(table: readonly Attribute[], resource: Resource, operation: unknown, pointer: string): void {
  if (!isRecord(operation)) throw invalidField(pointer, 'invalidSyntax', 'must be an object');
  const name = memberOf(operation, 'op');
  const op = OPS.find((known) => typeof name === 'string' && known === name.toLowerCase());
  if (op === undefined)
    throw invalidField(`${pointer}/op`, 'invalidSyntax', 'must be add, replace or remove');
  const path = memberOf(operation, 'path');
  const value = memberOf(operation, 'value');
  if (path !== undefined && path !== null && path !== '') {
    if (typeof path !== 'string') throw invalidField(`${pointer}/path`, 'invalidPath', 'must be a string');
    applyAt(targetOf(table, path, `${pointer}/path`), resource, op, value, `${pointer}/value`);
    return;
  }
  if (op === 'remove') throw invalidField(`${pointer}/path`, 'noTarget', 'is required where op is remove');
  if (!isRecord(value)) throw invalidValue(`${pointer}/value`, 'must be an object where there is no path');
  for (const [key, part] of Object.entries(value)) applyKey(table, resource, op, key, part, pointer);
}

/** A key of a value is an attribute, or a path to one. What we don't keep is ignored, as in a whole resource. */
function applyKey(
  table: readonly Attribute[],
  resource: Resource,
  op: Op,
  key: string,
  value: unknown,
  pointer: string,
): void {
  if (['schemas', 'id', 'meta', 'groups', 'password'].includes(key.toLowerCase())) return;
  const target = findTarget(table, key, `${pointer}/value`);
  if (target === undefined) return;
  const { attribute, part } = target;
  const isWhole = attribute.kind === 'complex' && !attribute.isMany && part === undefined;
  if (isWhole && isRecord(value)) {
    // The parts that are not named stay.
    for (const [inner, innerValue] of Object.entries(value)) {
      const of = attributeIn(attribute.of ?? [], inner);
      if (of !== undefined)
        applyAt({ attribute, filter: undefined, part: of }, resource, op, innerValue, `${pointer}/value`);
    }
    return;
  }
  applyAt(target, resource, op, value, `${pointer}/value`);
}

const PATH = /^([$\w]+)(?:\[(.*)\])?(?:\.([$\w]+))?$/;

/** @throws DomainError `validation-failed` where there is no such attribute */
function targetOf(table: readonly Attribute[], path: string, pointer: string): Target {
  const target = findTarget(table, path, pointer);
  if (target === undefined)
    throw invalidField(pointer, 'invalidPath', 'names no attribute that is kept here');
  return target;
}

function findTarget(table: readonly Attribute[], path: string, pointer: string): Target | undefined {
  if (path.length > 1_024) throw invalidField(pointer, 'invalidPath', 'must have at most 1024 characters');
  const lower = path.toLowerCase();
  const core = [CORE_USER, CORE_GROUP].find((urn) => lower.startsWith(`${urn.toLowerCase()}:`));
  if (core !== undefined) return findTarget(table, path.slice(core.length + 1), pointer);
  const extension = attributeIn(table, ENTERPRISE_USER);
  if (extension !== undefined && lower.startsWith(ENTERPRISE_USER.toLowerCase())) {
    const [name, inner] = path.slice(ENTERPRISE_USER.length).replace(/^[:.]/, '').split('.');
    if (!name) return { attribute: extension, filter: undefined, part: undefined };
    const part = attributeIn(extension.of ?? [], name);
    if (part === undefined) return undefined;
    const innermost = inner === undefined ? undefined : attributeIn(part.of ?? [], inner);
    if (inner !== undefined && innermost === undefined) return undefined;
    return { attribute: extension, filter: undefined, part, inner: innermost };
  }
  const [, name = '', condition, sub] = PATH.exec(path) ?? [];
  const attribute = attributeIn(table, name);
  if (attribute === undefined) return undefined;
  const part = sub === undefined ? undefined : attributeIn(attribute.of ?? [], sub);
  if (sub !== undefined && part === undefined) return undefined;
  if (condition === undefined) return { attribute, filter: undefined, part };
  if (!attribute.isMany) throw invalidField(pointer, 'invalidPath', `${attribute.name} has one value`);
  return { attribute, filter: parseFilter(condition, pointer, 'invalidPath'), part };
}

function applyAt(target: Target, resource: Resource, op: Op, value: unknown, pointer: string): void {
  const { attribute, part, inner } = target;
  if (attribute.isMany) applyToEntries(target, resource, op, value, pointer);
  else if (part === undefined) setAt(resource, attribute, op, value, pointer);
  else
    within(resource, attribute, (whole) => {
      if (inner === undefined) setAt(whole, part, op, value, pointer);
      else within(whole, part, (innerWhole) => setAt(innerWhole, inner, op, value, pointer));
    });
}

/** Changes parts of an attribute, which is gone once it has none. */
function within(resource: Resource, { name }: Attribute, change: (whole: Resource) => void): void {
  const whole = { ...(resource[name] as Resource | undefined) };
  change(whole);
  if (Object.keys(whole).length === 0) delete resource[name];
  else resource[name] = whole;
}

/** A value that is null or empty takes the attribute away, as Microsoft's validator asks for. */
function setAt(resource: Resource, attribute: Attribute, op: Op, value: unknown, pointer: string): void {
  const read = op === 'remove' ? undefined : readValue(attribute, value, pointer);
  if (read === undefined) delete resource[attribute.name];
  else resource[attribute.name] = read;
}

function applyToEntries(target: Target, resource: Resource, op: Op, value: unknown, pointer: string): void {
  const { name } = target.attribute;
  const kept = entriesAfter(target, (resource[name] ?? []) as Resource[], op, value, pointer);
  if (kept.length === 0) delete resource[name];
  else resource[name] = kept;
}

function entriesAfter(
  { attribute, filter, part }: Target,
  entries: Resource[],
  op: Op,
  value: unknown,
  pointer: string,
): Resource[] {
  const matches = filter === undefined ? () => true : testerOf(filter);
  if (part !== undefined) {
    const named = entries.filter(matches);
    const made = named.length === 0 && op !== 'remove' ? [entryOf(filter)] : [];
    for (const entry of [...named, ...made]) setAt(entry, part, op, value, pointer);
    return [...entries, ...made].filter((entry) => Object.keys(entry).length > 0);
  }
  if (op === 'remove') return withoutEntries(attribute, entries, matches, filter, value, pointer);
  const read = (readValue(attribute, value, pointer) ?? []) as Resource[];
  if (filter === undefined) return op === 'replace' ? read : union(entries, read);
  const [change = {}] = read;
  const named = entries.filter(matches);
  if (named.length === 0) return [...entries, { ...entryOf(filter), ...change }];
  for (const entry of named) Object.assign(entry, change);
  return entries;
}

/** Members are removed by a filter, or by a list of their values; everything is where neither is said. */
function withoutEntries(
  attribute: Attribute,
  entries: Resource[],
  matches: (entry: Resource) => boolean,
  filter: Filter | undefined,
  value: unknown,
  pointer: string,
): Resource[] {
  if (filter !== undefined) return entries.filter((entry) => !matches(entry));
  if (value === undefined || value === null) return [];
  const named = new Set(
    ((readValue(attribute, value, pointer) ?? []) as Resource[]).map((entry) => entry.value),
  );
  return entries.filter((entry) => !named.has(entry.value));
}

/** An entry that is there already isn't there twice. */
function union(entries: Resource[], added: Resource[]): Resource[] {
  const known = new Map(entries.map((entry) => [keyOf(entry), entry]));
  for (const entry of added) known.set(keyOf(entry), { ...known.get(keyOf(entry)), ...entry });
  return [...known.values()];
}

const keyOf = ({ value, type }: Resource): string => JSON.stringify([value ?? null, type ?? null]);

/** The entry that a filter describes by equalities. */
function entryOf(filter: Filter | undefined): Resource {
  if (filter === undefined) return {};
  if (filter.op === 'and') return Object.assign({}, ...filter.filters.map(entryOf)) as Resource;
  if (filter.op !== 'eq' || !['type', 'value', 'primary', 'display'].includes(filter.attrPath)) return {};
  return { [filter.attrPath]: filter.compValue };
}

/** Reads a member of the message itself, whose name may be in any case. */
function memberOf(message: Readonly<Record<string, unknown>>, name: string): unknown {
  const key = Object.keys(message).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : message[key];
}
