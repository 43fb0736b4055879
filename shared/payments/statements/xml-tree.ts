import { DOMParser } from '@xmldom/xmldom';
import { UnreadableStatement } from './statement.ts';

/** A document with more is no statement of a day: the tree of one takes 700 bytes for each. */
const MAX_TAGS = 400_000;
const ELEMENT = 1;

/**
 * Reads a document into a tree. A document type is refused before anything is parsed, and with it every entity but XML’s own five: nothing outside
 * is read, and nothing grows.
 * @throws UnreadableStatement
 */
export function xmlTree(text: string): Element {
  if (/<!(?!--|\[CDATA\[)/.test(text)) throw new UnreadableStatement('document-type', 1);
  let tags = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) tags += 1;
  if (tags > MAX_TAGS) throw new UnreadableStatement('too-large', 1);
  const refuse = (): never => {
    throw new UnreadableStatement('not-well-formed', 1);
  };
  try {
    const { documentElement } = new DOMParser({
      errorHandler: { warning: refuse, error: refuse, fatalError: refuse },
    }).parseFromString(text.trim(), 'text/xml');
    if (documentElement?.nodeType === ELEMENT) return documentElement;
  } catch {
    // The parser’s own words may quote it.
  }
  return refuse();
}

/** The elements right below one, of a name if one is given, whatever the namespace’s prefix. */
export function children(parent: Element, name?: string): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling)
    if (node.nodeType === ELEMENT && (name === undefined || (node as Element).localName === name))
      found.push(node as Element);
  return found;
}

/** The first element down a path. */
export function at(parent: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((element, name) => element && children(element, name)[0], parent);
}

const LONGEST_TEXT = 500;

/** The text down a path without the blanks around it; undefined where there is none. */
export function textAt(parent: Element | undefined, ...path: readonly string[]): string | undefined {
  const text = at(parent, ...path)
    ?.textContent?.slice(0, LONGEST_TEXT)
    .trim();
  return text === '' ? undefined : text;
}

/** Every text in an element that has no elements below it, in their order, at most so many. */
export function leaves(root: Element | undefined, most: number): string[] {
  const texts: string[] = [];
  const open = root === undefined ? [] : [root];
  for (let element = open.pop(); element !== undefined && texts.length < most; element = open.pop()) {
    const below = children(element);
    open.push(...below.reverse());
    const text = below.length > 0 ? '' : (element.textContent ?? '').slice(0, LONGEST_TEXT).trim();
    if (text !== '') texts.push(text);
  }
  return texts;
}
