/** Finds the resource of a path as API Gateway does: a literal segment beats a parameter, a parameter beats `{proxy+}`. */
export class RouteTable<T> {
  #root: Node<T> = { literals: new Map() };

  add(path: string, value: T): void {
    let node = this.#root;
    const names: string[] = [];
    for (const segment of segmentsOf(path)) {
      const parameter = /^\{([\w.-]+)(\+?)\}$/.exec(segment);
      if (parameter?.[1] !== undefined) names.push(parameter[1]);
      if (parameter?.[2] === '+') {
        node.greedy = { value, names };
        return;
      }
      if (parameter === null) {
        const next = node.literals.get(segment) ?? { literals: new Map() };
        node.literals.set(segment, next);
        node = next;
      } else {
        node.parameter ??= { literals: new Map() };
        node = node.parameter;
      }
    }
    node.leaf = { value, names };
  }

  /** Parameters are as sent, still percent-encoded. */
  match(path: string): { value: T; parameters: Record<string, string> } | undefined {
    const found = find(this.#root, segmentsOf(path), 0);
    if (found === undefined) return undefined;
    const { leaf, captured } = found;
    return {
      value: leaf.value,
      parameters: Object.fromEntries(leaf.names.map((name, index) => [name, captured[index] ?? ''])),
    };
  }
}

interface Leaf<T> {
  readonly value: T;
  readonly names: readonly string[];
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter?: Node<T>;
  greedy?: Leaf<T>;
  leaf?: Leaf<T>;
}

/** A slash at the end makes no difference. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments;
}

function find<T>(
  node: Node<T>,
  segments: readonly string[],
  index: number,
): { leaf: Leaf<T>; captured: string[] } | undefined {
  const segment = segments[index];
  if (segment === undefined) return node.leaf && { leaf: node.leaf, captured: [] };
  const literal = node.literals.get(segment);
  const byLiteral = literal && find(literal, segments, index + 1);
  if (byLiteral !== undefined) return byLiteral;
  if (node.parameter !== undefined && segment !== '') {
    const byParameter = find(node.parameter, segments, index + 1);
    if (byParameter !== undefined) {
      byParameter.captured.unshift(segment);
      return byParameter;
    }
  }
  return node.greedy && { leaf: node.greedy, captured: [segments.slice(index).join('/')] };
}
