import { DOMParser } from '@xmldom/xmldom';
import { invalidAnswer } from '#identity/federation/provider-errors.ts';

/** Namespaces by the names under which elements are asked for here. */
const NAMESPACES = {
  samlp: 'urn:oasis:names:tc:SAML:2.0:protocol',
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  md: 'urn:oasis:names:tc:SAML:2.0:metadata',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  ec: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const;

export type Name = `${keyof typeof NAMESPACES}:${string}`;

/** The longest document that is read, in bytes. */
export const MAX_XML_BYTES = 256 * 1024;
const MAX_DEPTH = 50;
const DECLARATION =
  /^<\?xml version=["']1\.0["'](?: encoding=["']utf-8["'])?(?: standalone=["'](?:yes|no)["'])?\s*\?>/i;
const ELEMENT = 1;
const TEXT = 3;

function malformed(detail: string): Error {
  return invalidAnswer('answer-malformed', detail);
}

/**
 * Reads a document that consists of elements, attributes and text alone. Comments, CDATA, processing instructions and document types are
 * refused before anything is parsed: what one parser skips and another reads is how signatures are got around.
 * @throws DomainError `sign-in-invalid`
 */
export function parseXml(bytes: Uint8Array): Element {
  if (bytes.length > MAX_XML_BYTES) throw malformed(`The XML has more than ${MAX_XML_BYTES / 1024} KB.`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('The XML is not UTF-8.');
  }
  return parseText(text.replace(/^\uFEFF/, '').replace(DECLARATION, ''));
}

/** Reads a document without a declaration: what was signed, as it was signed. */
export function parseText(text: string): Element {
  if (text.includes('<!') || text.includes('<?'))
    throw malformed('The XML has a comment, a CDATA section, a document type or a processing instruction.');
  const refuse = (problem: string): never => {
    throw malformed(`The XML is not well-formed: ${problem.split('\n', 1)[0]?.slice(0, 100)}`);
  };
  const document = new DOMParser({
    errorHandler: { warning: refuse, error: refuse, fatalError: refuse },
  }).parseFromString(text, 'text/xml');
  const [root, ...others] = [...nodesOf(document)].filter(
    ({ nodeType, nodeValue }) => nodeType !== TEXT || nodeValue?.trim() !== '',
  );
  if (root?.nodeType !== ELEMENT || others.length > 0) throw malformed('The XML has not one root.');
  requireShallow(root as Element);
  return root as Element;
}

function requireShallow(root: Element): void {
  let level: readonly Element[] = [root];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw malformed(`The XML is nested more than ${MAX_DEPTH} deep.`);
    level = level.flatMap((element) => elementsOf(element));
  }
}

function* nodesOf(parent: Node): Generator<Node> {
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) yield node;
}

/** Lists the elements right below one. */
export function elementsOf(parent: Node): readonly Element[] {
  return [...nodesOf(parent)].filter((node): node is Element => node.nodeType === ELEMENT);
}

/** Lists an element and all below it. */
export function everyElement(root: Element): readonly Element[] {
  const all: Element[] = [root];
  for (const element of all) all.push(...elementsOf(element));
  return all;
}

export function isNamed(element: Element, name: Name): boolean {
  const [prefix = '', local] = name.split(':');
  return (
    element.namespaceURI === NAMESPACES[prefix as keyof typeof NAMESPACES] && element.localName === local
  );
}

export function childrenNamed(parent: Element, name: Name): readonly Element[] {
  return elementsOf(parent).filter((element) => isNamed(element, name));
}

/**
 * Returns the one child of a name.
 * @throws DomainError `sign-in-invalid` for none and for several
 */
export function onlyChild(parent: Element, name: Name): Element {
  const [child, ...more] = childrenNamed(parent, name);
  if (child === undefined || more.length > 0)
    throw malformed(
      `The answer must have one ${name.split(':')[1]}, and has ${more.length + (child ? 1 : 0)}.`,
    );
  return child;
}

export function attributeOf(element: Element, name: string): string | undefined {
  return element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined;
}

/** Returns the text of an element that has nothing but text. */
export function textOf(element: Element): string {
  const nodes = [...nodesOf(element)];
  if (nodes.some(({ nodeType }) => nodeType !== TEXT)) throw malformed(`${element.localName} must be text.`);
  return nodes.map(({ nodeValue }) => nodeValue ?? '').join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');
}
