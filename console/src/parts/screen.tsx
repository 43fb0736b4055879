import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  /** The screen above it. */
  readonly above?: { readonly text: string; readonly path: string };
  readonly children: ReactNode;
}

/** A screen with its heading, which is the title of the browser's tab too. */
export function Screen({ title, description, actions, above, children }: Props) {
  const [, go] = useLocation();
  useEffect(() => {
    document.title = `${title} · Vestry`;
  }, [title]);
  const below = description !== undefined && <span className="tight">{description}</span>;
  return (
    <SpaceBetween size="l">
      {above !== undefined && (
        <BreadcrumbGroup
          items={[
            { text: above.text, href: `/console${above.path}` },
            { text: title, href: '' },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            go(above.path);
          }}
        />
      )}
      <Header variant="h1" actions={actions} description={below}>
        <span className="long" dir="auto">
          {title}
        </span>
      </Header>
      {children}
    </SpaceBetween>
  );
}
