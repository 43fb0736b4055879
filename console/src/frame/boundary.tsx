import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { Component, type ReactNode } from 'react';
import { Screen } from '../parts/screen.tsx';

interface Props {
  /** Another path is another screen. */
  readonly path: string;
  readonly children: ReactNode;
}

interface State {
  readonly hasFailed: boolean;
}

/** Stands in for a screen that could not be loaded, as after a new version: without it the page would be white. */
export class Boundary extends Component<Props, State> {
  override state: State = { hasFailed: false };

  static getDerivedStateFromError(): State {
    return { hasFailed: true };
  }

  override componentDidUpdate({ path }: Props): void {
    if (path !== this.props.path && this.state.hasFailed) this.setState({ hasFailed: false });
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Screen title="It could not be shown">
        <Alert
          type="error"
          header="This screen could not be loaded"
          action={<Button onClick={() => location.reload()}>Load it again</Button>}
        >
          The console may have another version by now. Nothing was changed.
        </Alert>
      </Screen>
    );
  }
}
