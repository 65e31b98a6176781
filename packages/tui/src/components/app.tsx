/** The whole screen: hands keys to the store and draws the page that its scene asks for. */
import { Box, useApp, useInput, usePaste } from "ink";
import { useEffect, useSyncExternalStore, type ReactNode } from "react";
import { HelpScreen } from "../screens/help-screen.tsx";
import { ListScreen } from "../screens/list-screen.tsx";
import { LogScreen } from "../screens/log-screen.tsx";
import { SchedulesScreen } from "../screens/schedules-screen.tsx";
import { SmallScreen } from "../screens/small-screen.tsx";
import type { Scene } from "../store/scene.ts";
import type { TopStore } from "../store/top-store.ts";
import type { Look } from "../theme.ts";
import { isTooSmall } from "../view/layout.ts";
import { keyNames } from "./key-name.ts";

/** Hands the terminal to somebody else until the promise is kept. */
type Suspend = (until: () => Promise<void>) => Promise<void>;
type Props = { store: TopStore; look: Look; onReady?: (suspend: Suspend) => void };

export function App({ store, look, onReady }: Props): ReactNode {
  const { suspendTerminal } = useApp();
  useEffect(() => onReady?.(suspendTerminal), [onReady, suspendTerminal]);
  const scene = useSyncExternalStore(store.subscribe, store.scene);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) store.press(name);
  });
  usePaste((text) => store.paste(text));
  return (
    <Box flexDirection="column" width={scene.size.columns}>
      {page(scene, look)}
    </Box>
  );
}

function page(scene: Scene, look: Look): ReactNode {
  if (isTooSmall(scene.size)) return <SmallScreen size={scene.size} look={look} />;
  switch (scene.ui.page) {
    case "list":
      return <ListScreen scene={scene} look={look} />;
    case "log":
      return <LogScreen scene={scene} look={look} />;
    case "schedules":
      return <SchedulesScreen scene={scene} look={look} />;
    case "help":
      return <HelpScreen scene={scene} look={look} />;
  }
}
