import Link, { type LinkProps } from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

interface Props {
  /** The path of a screen: `/approvals`. */
  readonly to: string;
  readonly children: ReactNode;
  readonly variant?: LinkProps.Variant;
  readonly fontSize?: LinkProps.FontSize;
  readonly ariaLabel?: string;
}

/** A link to another screen: an address that can be opened elsewhere, followed here without loading anew. */
export function Go({ to, children, ariaLabel, ...looks }: Props) {
  const [, go] = useLocation();
  return (
    <Link
      {...looks}
      {...(ariaLabel === undefined ? {} : { ariaLabel })}
      href={`/console${to}`}
      onFollow={(event) => {
        if (event.detail.external === true) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </Link>
  );
}
