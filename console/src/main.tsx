import '@cloudscape-design/global-styles/index.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { Console } from './console.tsx';
import { boundInput } from './frame/bounded-input.ts';
import { followTheme } from './frame/theme.ts';
import { resume } from './session/session.ts';

followTheme();
boundInput();
void resume();
createRoot(document.getElementById('console') as HTMLElement).render(<Console />);
