import { AwsError } from './aws-error.ts';

/** A value to render: arrays repeat their element, `undefined` leaves it out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | { readonly [name: string]: XmlValue }
  | readonly XmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
  if (typeof value === 'object') return `<${name}>${elements(value as Record<string, XmlValue>)}</${name}>`;
  return `<${name}>${escapeText(String(value))}</${name}>`;
}

function elements(value: Readonly<Record<string, XmlValue>>): string {
  return Object.entries(value)
    .map(([name, child]) => element(name, child))
    .join('');
}

/** One document; `namespace` becomes the root's `xmlns`. */
export function xmlDocument(
  root: string,
  value: Readonly<Record<string, XmlValue>>,
  namespace?: string,
): string {
  const xmlns = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${xmlns}>${elements(value)}</${root}>`;
}

/** A parsed element: text only counts in leaves. */
export interface XmlNode {
  readonly name: string;
  readonly children: XmlNode[];
  text: string;
}

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.:-]*)([^>]*?)(\/?)>|([^<]+)/g;

function decodeEntity(entity: string, name: string): string {
  if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
  if (name.startsWith('#')) return String.fromCodePoint(Number.parseInt(name.slice(1), 10));
  return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name] ?? entity;
}

function malformed(): AwsError {
  return new AwsError('MalformedXML', 400, 'The XML you provided was not well-formed or did not validate.');
}

/** Reads the small documents of DeleteObjects and CompleteMultipartUpload; no DTDs, so no entity expansion. */
export function parseXml(document: string): XmlNode {
  const root: XmlNode = { name: '', children: [], text: '' };
  const open: XmlNode[] = [root];
  let position = 0;
  for (const match of document.matchAll(TOKEN)) {
    if (match.index !== position) throw malformed();
    position += match[0].length;
    const [, closing, name, , selfClosing, text] = match;
    const parent = open.at(-1);
    if (parent === undefined) throw malformed();
    if (text !== undefined) {
      parent.text += text.replace(/&(#x[\da-f]+|#\d+|\w+);/gi, decodeEntity);
    } else if (name !== undefined && closing === '/') {
      if (open.length === 1 || open.pop()?.name !== name) throw malformed();
    } else if (name !== undefined) {
      const node: XmlNode = { name, children: [], text: '' };
      parent.children.push(node);
      if (selfClosing !== '/') open.push(node);
    }
  }
  const top = root.children[0];
  if (position !== document.length || open.length !== 1 || top === undefined || root.children.length > 1)
    throw malformed();
  return top;
}

export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}
